namespace Chat.Contracts.Management;

/// <summary>What is known of the messages with an id (it is the sender's: two senders may have used the same).</summary>
/// <param name="Id">The id that was asked for.</param>
/// <param name="Messages">At most 10.</param>
/// <param name="Partial">Set when not every worker told what it remembers.</param>
public sealed record MessageTraces(string Id, IReadOnlyList<MessageTrace> Messages, PartialAnswer? Partial);

/// <summary>One message's way. The log and the cursors tell what is; what happened when is remembered by the workers for a while.</summary>
public sealed record MessageTrace
{
    /// <summary>What can be told of it without telling it.</summary>
    public required MessageView Message { get; init; }

    /// <summary>When each thing happened, oldest first.</summary>
    public IReadOnlyList<TraceStep> Steps { get; init; } = [];

    /// <summary>Where each device of each member stands; at most 200.</summary>
    public IReadOnlyList<TraceDevice> Devices { get; init; } = [];

    /// <summary>Members who have read it.</summary>
    public IReadOnlyList<string> ReadBy { get; init; } = [];

    /// <summary>There are more devices than are shown.</summary>
    public bool More { get; init; }
}

/// <summary>One thing that happened to a message.</summary>
public sealed record TraceStep
{
    /// <summary>When.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary><c>accepted</c>, <c>committed</c>, <c>hinted</c>, <c>pushed</c>, <c>pushed-again</c>, <c>acknowledged</c>, <c>read</c>, <c>dead</c>.</summary>
    public required string What { get; init; }

    /// <summary>The worker; null when the log tells it.</summary>
    public string? Worker { get; init; }

    /// <summary>To whom.</summary>
    public string? User { get; init; }

    /// <summary>To which device.</summary>
    public string? Device { get; init; }

    /// <summary>By which connection.</summary>
    public string? Connection { get; init; }
}

/// <summary>Where a device stands with a message.</summary>
public sealed record TraceDevice
{
    /// <summary>Whose.</summary>
    public required string User { get; init; }

    /// <summary>Which.</summary>
    public required string Device { get; init; }

    /// <summary>It has acknowledged the message.</summary>
    public bool Acknowledged { get; init; }

    /// <summary>What it has acknowledged of this log.</summary>
    public long AckedSeq { get; init; }

    /// <summary>It is connected to this node.</summary>
    public bool Connected { get; init; }
}

/// <summary>Body of beginning a user's trace.</summary>
public sealed record UserTraceRequest
{
    /// <summary>Why; required.</summary>
    public string? Reason { get; init; }

    /// <summary>For how many seconds, 1 to 600; absent: 600.</summary>
    public double? Seconds { get; init; }
}

/// <summary>What a user's connections did since an operator began to look: which, when, how long and how it ended, never what was said.</summary>
public sealed record UserTrace
{
    /// <summary>Whose.</summary>
    public required string User { get; init; }

    /// <summary>It goes on.</summary>
    public bool Running { get; init; }

    /// <summary>When it began; null when there is none, or it ended more than ten minutes ago.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it ends by itself, or ended.</summary>
    public DateTimeOffset? EndsAt { get; init; }

    /// <summary>Who began it.</summary>
    public string? By { get; init; }

    /// <summary>The newest 500, oldest first.</summary>
    public IReadOnlyList<UserTraceStep> Steps { get; init; } = [];

    /// <summary>How many there were before these.</summary>
    public long Before { get; init; }

    /// <summary>Set when not every worker told what it saw.</summary>
    public PartialAnswer? Partial { get; init; }
}

/// <summary>One thing that a traced user's connection did.</summary>
public sealed record UserTraceStep
{
    /// <summary>When; of a call when it ended.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary><c>connected</c>, <c>disconnected</c>, <c>called</c>, <c>pushed</c>, <c>pushed-again</c>, <c>acknowledged</c>.</summary>
    public required string What { get; init; }

    /// <summary>The worker.</summary>
    public string? Worker { get; init; }

    /// <summary>Of which device.</summary>
    public string? Device { get; init; }

    /// <summary>Which connection.</summary>
    public string? Connection { get; init; }

    /// <summary>The hub's method, of a call.</summary>
    public string? Call { get; init; }

    /// <summary>How a call ended (an error's code, or a receipt's status), or a connection; null: as usual.</summary>
    public string? Code { get; init; }

    /// <summary>How long a call took.</summary>
    public double? Milliseconds { get; init; }

    /// <summary>Of which conversation.</summary>
    public string? Conversation { get; init; }

    /// <summary>First seq; 0 when there is none.</summary>
    public long First { get; init; }

    /// <summary>Last seq; an acknowledgement counts for all up to it.</summary>
    public long Last { get; init; }

    /// <summary>The sender's id of a message.</summary>
    public string? Message { get; init; }
}
