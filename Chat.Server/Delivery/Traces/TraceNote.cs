namespace Chat.Server.Delivery.Traces;

internal enum TracedKind : byte
{
    Connected,
    Disconnected,
    Called,
    Pushed,
    PushedAgain,
    Acknowledged,
}

/// <summary>One thing that a traced user's connections did. Which, when, how long and how it ended; never what was said.</summary>
internal sealed record TraceNote(TracedKind Kind, string? Device, string? Connection)
{
    private const int LongestWord = 100;

    private readonly string? _conversation;
    private readonly string? _message;

    public long Timestamp { get; init; }

    /// <summary>As the client gave it, so it may be anything; cut.</summary>
    public string? Conversation
    {
        get => _conversation;
        init => _conversation = Cut(value);
    }

    /// <summary>The sender's id of it; cut.</summary>
    public string? Message
    {
        get => _message;
        init => _message = Cut(value);
    }

    public long First { get; init; }

    public long Last { get; init; }

    /// <summary>The hub's method.</summary>
    public string? Call { get; init; }

    /// <summary>Why it was refused, or why the connection ended.</summary>
    public string? Code { get; init; }

    public double? Milliseconds { get; init; }

    private static string? Cut(string? word) => word is { Length: > LongestWord } ? word[..LongestWord] : word;
}
