namespace Chat.Server.Storage.Retention;

/// <summary>What of a log is kept.</summary>
/// <param name="KeepsLast">The last event is kept however old it is.</param>
internal sealed record RetentionLimit(TimeSpan? MaxAge, long? MaxEvents, bool KeepsLast)
{
    public bool IsNone => MaxAge is null && MaxEvents is null;

    /// <summary>Last seq that is over by number; what is over by age may go further.</summary>
    public long ThroughByCount(long head) => MaxEvents is { } most ? head - most : 0;

    /// <summary>Last seq that may be removed at all.</summary>
    public long Most(long head) => KeepsLast ? head - 1 : head;

    /// <summary>Events accepted before this (Unix milliseconds) are over by age.</summary>
    public long Cutoff(DateTimeOffset now) => MaxAge is { } age ? (now - age).ToUnixTimeMilliseconds() : long.MinValue;
}

/// <summary>Knows what of a topic is kept.</summary>
internal interface ITopicRetention
{
    /// <summary>Whether any topic has a limit.</summary>
    bool HasLimits { get; }

    RetentionLimit Of(string conversation);
}
