namespace Chat.Server.Storage;

/// <summary>One event of a log, as it was committed or read. Times are Unix milliseconds, UTC; the body is JSON in UTF-8, empty when blanked.</summary>
internal sealed class LogEvent
{
    public required string Conversation { get; init; }
    public required long Epoch { get; init; }

    /// <summary>0: provisional, not in the log yet.</summary>
    public required long Seq { get; init; }
    public required string Id { get; init; }
    public required string Type { get; init; }
    public required string Sender { get; init; }
    public required long At { get; init; }
    public ReadOnlyMemory<byte> Body { get; init; }
    public string? Ref { get; init; }
    public long? ExpiresAt { get; init; }

    /// <summary>The recorded call that it came from; null for all others and for what was read from the log.</summary>
    public string? TraceParent { get; init; }
}

/// <summary>Told of every batch right after its commit. The writer waits for it before the next batch: hand over and return.</summary>
internal interface ICommitObserver
{
    /// <param name="events">In the order of their conversation's log; conversations may be interleaved.</param>
    ValueTask CommittedAsync(IReadOnlyList<LogEvent> events);

    /// <summary>The reply to a commit was lost: these events may be stored, and may never be told of by <see cref="CommittedAsync"/>.</summary>
    void InDoubt(IReadOnlyCollection<LogEvent> events)
    {
    }
}
