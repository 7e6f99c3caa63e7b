namespace Chat.Contracts;

/// <summary>How a topic is named as a conversation: its events arrive in <c>topic:NAME</c>.</summary>
public static class TopicIds
{
    /// <summary>Begins the id of every topic, and of nothing else.</summary>
    public const string Prefix = "topic:";

    /// <summary>The conversation of a topic.</summary>
    /// <param name="topic">The topic's name.</param>
    public static string ConversationOf(string topic) => Prefix + topic;

    /// <summary>Whether the conversation is a topic.</summary>
    /// <param name="conversation">Any id.</param>
    public static bool IsTopic(string? conversation) => conversation is not null && conversation.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Whether the conversation is a topic that is there for tests: its name begins with <c>test</c>.</summary>
    /// <param name="conversation">Any id.</param>
    public static bool IsForTests(string? conversation) => NameOf(conversation)?.StartsWith("test", StringComparison.Ordinal) is true;

    /// <summary>The name of the topic; null when the conversation is none.</summary>
    /// <param name="conversation">Any id.</param>
    public static string? NameOf(string? conversation) => IsTopic(conversation) ? conversation![Prefix.Length..] : null;
}
