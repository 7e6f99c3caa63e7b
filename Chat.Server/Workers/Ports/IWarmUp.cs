namespace Chat.Server.Workers.Ports;

/// <summary>
/// What a feature runs once before a worker takes its place on the port, so that no client waits while its code is compiled and its caches are
/// filled. It does what a connection makes it do, for nobody, and changes nothing that anybody could see. That it fails is no fault of the start.
/// </summary>
internal interface IWarmUp
{
    Task WarmUpAsync(CancellationToken cancellationToken);
}
