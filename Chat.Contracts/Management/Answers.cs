namespace Chat.Contracts.Management;

/// <summary>Every refusal of the management API: one shape, with the HTTP status that belongs to the code.</summary>
/// <param name="Error">Why. <see cref="ChatError.TraceId"/> is also the correlation id of the audit log.</param>
public sealed record ManagementProblem(ChatError Error);

/// <summary>The codes of <see cref="ManagementProblem"/>; those that the wire has too are called the same.</summary>
public static class ManagementCodes
{
    /// <summary>400: a field or parameter is missing, out of range or malformed.</summary>
    public const string Invalid = ErrorCodes.Invalid;

    /// <summary>401: no key, or none that is known.</summary>
    public const string Unauthenticated = ErrorCodes.Unauthenticated;

    /// <summary>403: the role does not allow it. The attempt is in the audit log.</summary>
    public const string Forbidden = ErrorCodes.Forbidden;

    /// <summary>404: nothing of this id is there (any more).</summary>
    public const string NotFound = ErrorCodes.NotFound;

    /// <summary>409: the number of objects is another than the caller expected, or the state does not allow it.</summary>
    public const string Conflict = "conflict";

    /// <summary>409: the process has no workers to command (<c>Workers:Count = 0</c>), or this part is not installed.</summary>
    public const string NotSupported = "not_supported";

    /// <summary>413: the request's body is larger than 64 KB.</summary>
    public const string TooLarge = ErrorCodes.TooLarge;

    /// <summary>429: too many calls, or too many live feeds.</summary>
    public const string RateLimited = ErrorCodes.RateLimited;

    /// <summary>503: what only the database knows cannot be told now.</summary>
    public const string StorageUnavailable = ErrorCodes.StorageUnavailable;

    /// <summary>503: no worker could be asked within the time.</summary>
    public const string WorkersUnavailable = "workers_unavailable";

    /// <summary>500: a surprise; the trace id finds it in the log.</summary>
    public const string Internal = ErrorCodes.Internal;
}

/// <summary>Who did not answer. Present in an answer that is made of what several workers know when some of them are missing.</summary>
public sealed record PartialAnswer
{
    /// <summary>How many were asked.</summary>
    public int Asked { get; init; }

    /// <summary>How many answered in time.</summary>
    public int Answered { get; init; }

    /// <summary>Those that did not, with the reason.</summary>
    public IReadOnlyList<MissingAnswer> Missing { get; init; } = [];

    /// <summary>For people: <c>2 of 3 workers answered</c>.</summary>
    public string Text { get; init; } = "";
}

/// <summary>A worker that did not answer.</summary>
/// <param name="Worker">Its id (<c>w2</c>).</param>
/// <param name="Reason">One sentence.</param>
public sealed record MissingAnswer(string Worker, string Reason);

/// <summary>One page of a list that the server sorts, filters and cuts.</summary>
/// <typeparam name="T">A row.</typeparam>
public sealed record Page<T>
{
    /// <summary>The rows, sorted as asked.</summary>
    public IReadOnlyList<T> Items { get; init; } = [];

    /// <summary>How many rows fit the filter, over all pages.</summary>
    public long Total { get; init; }

    /// <summary><see cref="Total"/> is a lower bound: counting on would have taken too long.</summary>
    public bool More { get; init; }

    /// <summary>1 for the first.</summary>
    public int Number { get; init; }

    /// <summary>Rows a page.</summary>
    public int Size { get; init; }

    /// <summary>When it was read.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>Counts of all that fit the filter, by a row's property and its value (<c>worker</c> → <c>w1</c> → 17); empty where the list has none.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, long>> Counts { get; init; } = new Dictionary<string, IReadOnlyDictionary<string, long>>();

    /// <summary>Set when not everybody answered.</summary>
    public PartialAnswer? Partial { get; init; }
}

/// <summary>A stretch of a list that only grows; it is read backwards from its end by <c>before</c>.</summary>
/// <typeparam name="T">A row.</typeparam>
public sealed record Stretch<T>
{
    /// <summary>Newest first.</summary>
    public IReadOnlyList<T> Items { get; init; } = [];

    /// <summary>Give it as <c>before</c> to read what is older; null at the beginning of the list.</summary>
    public long? Before { get; init; }
}

/// <summary>What an action did. Repeating an action does no harm: what is so already is answered with <see cref="ActionOutcomes.Already"/>.</summary>
public sealed record ActionResult
{
    /// <summary>One of <see cref="ActionOutcomes"/>.</summary>
    public required string Outcome { get; init; }

    /// <summary>One sentence for people.</summary>
    public string Text { get; init; } = "";

    /// <summary>How many objects it touched.</summary>
    public int Count { get; init; }

    /// <summary>The id of what was made (a silence).</summary>
    public string? Id { get; init; }

    /// <summary>Finds it in the audit log.</summary>
    public string CorrelationId { get; init; } = "";

    /// <summary>Set when not everybody answered: the action may not have reached all.</summary>
    public PartialAnswer? Partial { get; init; }
}

/// <summary>Outcomes of actions.</summary>
public static class ActionOutcomes
{
    /// <summary>It is so now.</summary>
    public const string Done = "done";

    /// <summary>It is under way; the events tell how it goes on.</summary>
    public const string Accepted = "accepted";

    /// <summary>It was so already.</summary>
    public const string Already = "already";
}

/// <summary>The body of an action that takes a reason and nothing else.</summary>
public sealed record ReasonRequest
{
    /// <summary>Why; goes into the audit log, and with a disconnect to the client. 1 to 500 characters where it is required.</summary>
    public string? Reason { get; init; }
}
