namespace Chat.Tests.Faults.Checker;

/// <summary>What a run is held to.</summary>
internal sealed record CheckerOptions
{
    /// <summary>A send is answered within this (I11).</summary>
    public TimeSpan AnswerWithin { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>What the server announced as not coming (reset, truncated, skipped) is not asked for.</summary>
    public bool AllowAnnouncedGaps { get; init; }

    /// <summary>Share of repeats among arrivals on the wire, 0.01 being one in a hundred; null: told but not judged.</summary>
    public double? MostWireDuplicates { get; init; }

    /// <summary>
    /// A user's first sends are in the order of their seqs whatever happened, as behind a client that sends one
    /// after the other. Otherwise that is asked of sends over one connection, and of a send that began after an ack.
    /// </summary>
    public bool StrictSenderOrder { get; init; }
}

/// <summary>A row of the log as the database holds it at the end.</summary>
internal sealed record StoredRow(string Conversation, long Seq, string Sender, string Id, string? Type = null);

/// <summary>The promises of the product that a history can break.</summary>
public enum Invariant
{
    /// <summary>I1: what was acknowledged reaches everybody entitled and is stored exactly once.</summary>
    NoAckedLoss = 1,

    /// <summary>I2: nothing arrives that was not sent, or that was definitely refused.</summary>
    NoPhantom = 2,

    /// <summary>I3: the application sees an event once, and it is stored once.</summary>
    NoDuplicate = 3,

    /// <summary>I4: seqs rise without a gap, and as they were sent.</summary>
    Order = 4,

    /// <summary>I10: nobody gets what is not theirs.</summary>
    NoLeak = 10,

    /// <summary>I11: every send is answered in time, with a receipt or a coded error.</summary>
    ErrorContract = 11,
}

/// <summary>One broken promise.</summary>
/// <param name="Ids">The messages, users or seqs at fault.</param>
internal sealed record Violation(Invariant Invariant, string What, IReadOnlyList<string> Ids)
{
    public Violation(Invariant invariant, string what, params ReadOnlySpan<string?> ids)
        : this(invariant, what, (IReadOnlyList<string>)[.. ids.ToArray().OfType<string>()])
    {
    }

    public override string ToString() => $"I{(int)Invariant} {Invariant}: {What} [{string.Join(", ", Ids)}]";
}
