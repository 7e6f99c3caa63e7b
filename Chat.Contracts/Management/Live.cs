namespace Chat.Contracts.Management;

/// <summary>
/// Names of the events of <see cref="ManagementRoutes.Live"/> (server-sent events; <c>data</c> is one JSON value). The first event is a snapshot; a
/// feed that was cut is simply opened again.
/// </summary>
public static class LiveEvents
{
    /// <summary><see cref="Overview"/>, at most once a second.</summary>
    public const string Snapshot = "snapshot";

    /// <summary><see cref="AlertChange"/>, at once.</summary>
    public const string Alert = "alert";

    /// <summary><see cref="HealthChange"/>, at once.</summary>
    public const string Health = "health";

    /// <summary><see cref="WorkerEventView"/>, at once.</summary>
    public const string Worker = "worker";
}

/// <summary>An alert came, changed or went.</summary>
/// <param name="From">Phase before; null when it was not there.</param>
/// <param name="To">Phase now; <c>gone</c> when it was pending and is no more.</param>
/// <param name="Alert">As it is, or last was.</param>
public sealed record AlertChange(string? From, string To, AlertView Alert);

/// <summary>A check changed.</summary>
/// <param name="Check">Its name; <c>node</c> for the whole.</param>
/// <param name="From">Status before; null when nothing was known.</param>
/// <param name="To">Status now.</param>
/// <param name="Text">One sentence.</param>
/// <param name="At">When.</param>
public sealed record HealthChange(string Check, string? From, string To, string Text, DateTimeOffset At);
