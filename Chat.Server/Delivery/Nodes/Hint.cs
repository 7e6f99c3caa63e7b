using Chat.Server.Storage;

namespace Chat.Server.Delivery.Nodes;

/// <summary>What a process tells the others about what it committed, so that they need not wait for their next look at the journal.</summary>
internal abstract record Hint
{
    public const string Channel = "hints";

    /// <summary>These were committed; each conversation's in the order of its log.</summary>
    public sealed record Committed(List<LogEvent> Events) : Hint;

    /// <summary>A conversation was created with these members, or with these and others.</summary>
    public sealed record Created(string Conversation, List<string> Members) : Hint;
}
