namespace Chat.Server.Workers.Ports;

/// <summary>
/// What a feature does before its process goes. Called once, after the listener was closed and while everything else still runs;
/// steps run in the order of their registration. The token is cancelled when the time is up; what is left then is lost to this process.
/// </summary>
internal interface IDrainStep
{
    Task DrainAsync(DrainContext context, CancellationToken cancellationToken);
}

/// <summary><c>Others</c>: other processes accept on the same port, so that clients may come back at once.</summary>
internal sealed record DrainContext(TimeSpan Window, DateTimeOffset Deadline, string Reason, bool Others);

/// <summary>Readiness asks this: a draining process is not ready, but alive.</summary>
internal interface IDrainState
{
    bool IsDraining { get; }

    /// <summary>Cancelled when draining begins.</summary>
    CancellationToken Draining { get; }
}
