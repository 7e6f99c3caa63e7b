using Chat.Admin.Access;

namespace Chat.Admin;

/// <summary>Writes the set-up code once the console listens, so that it stands below where to use it.</summary>
internal sealed partial class FirstCode(SetupCode codes, IHostApplicationLifetime lifetime, Microsoft.AspNetCore.Hosting.Server.IServer server, ILogger<FirstCode> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        lifetime.ApplicationStarted.Register(() =>
        {
            var addresses = server.Features.Get<Microsoft.AspNetCore.Hosting.Server.Features.IServerAddressesFeature>()?.Addresses ?? [];
            Log.Listening(logger, string.Join(", ", addresses.Select(a => $"{a}/admin")));
            codes.Ensure();
        });
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static partial class Log
    {
        [LoggerMessage(4002, LogLevel.Information, "The console is at {Address}", EventName = "Listening")]
        public static partial void Listening(ILogger logger, string address);
    }
}
