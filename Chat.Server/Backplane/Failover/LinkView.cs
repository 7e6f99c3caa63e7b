namespace Chat.Server.Backplane.Failover;

internal enum LinkState
{
    /// <summary>Probes come back.</summary>
    Connected,

    /// <summary>Something is wrong, perhaps only for a moment; Redis is still used.</summary>
    Suspect,

    /// <summary>Redis is not used.</summary>
    Lost,

    /// <summary>Probes come back again; what was missed is being read.</summary>
    Restoring,
}

internal enum RestoreProgress
{
    Running,
    Completed,
    Failed,
}

/// <summary>What was seen since the last tick.</summary>
/// <param name="Linked">The client says that it is connected, for commands and for subscriptions.</param>
/// <param name="Interrupted">A connection broke since the last tick, even if it is whole again: messages were missed.</param>
/// <param name="Silence">How long no probe has come back.</param>
/// <param name="Refusal">Redis answers, but refuses to serve; a text without secrets.</param>
/// <param name="Restore">How far the reading of what was missed is; only of interest while restoring.</param>
/// <param name="DatabaseUp">Whether the database answers.</param>
internal readonly record struct LinkFacts(
    bool Linked, bool Interrupted, TimeSpan Silence, string? Refusal, RestoreProgress Restore, bool DatabaseUp);

/// <param name="SuspectAfter">Silence that raises suspicion.</param>
/// <param name="LostAfter">Suspicion that means loss.</param>
/// <param name="Hold">How long a lost Redis must behave before it is used again; doubles with every loss in short order.</param>
/// <param name="MaxHold">Limit of that doubling.</param>
/// <param name="StableAfter">A link used for so long has made good its earlier losses.</param>
/// <param name="RestoreRetry">Pause before what was missed is read again after a failure.</param>
internal sealed record LinkTimings(
    TimeSpan SuspectAfter, TimeSpan LostAfter, TimeSpan Hold, TimeSpan MaxHold, TimeSpan StableAfter, TimeSpan RestoreRetry);

/// <summary>The state machine's memory. Times are elapsed times of one monotonic clock.</summary>
/// <param name="State">Where it stands.</param>
/// <param name="Since">When it came there.</param>
/// <param name="DeclaredSince">Since when Redis is the declared mode; null while it is not.</param>
/// <param name="TroubleSince">When the suspicion began that has not been cleared since.</param>
/// <param name="HealthySince">When a lost Redis began to behave.</param>
/// <param name="Losses">Losses in short order.</param>
internal sealed record LinkView(
    LinkState State,
    TimeSpan Since,
    TimeSpan? DeclaredSince = null,
    TimeSpan? TroubleSince = null,
    TimeSpan? HealthySince = null,
    int Losses = 0)
{
    /// <summary>A start is a loss that costs nothing: nobody waits, and the first sign of life is enough.</summary>
    public static LinkView AtStart(TimeSpan now) => new(LinkState.Lost, now);

    public bool Declared => DeclaredSince is not null;

    /// <summary>Whether publications go to Redis: also while restoring, for other nodes may be ahead of this one.</summary>
    public bool UsesRedis => State != LinkState.Lost;
}
