namespace Chat.Server.Messaging.Topics;

/// <summary>Which topics are meant: one by its name, or with a <c>*</c> at the end all that begin so.</summary>
internal sealed record TopicPattern
{
    private TopicPattern(string text, bool isPrefix) => (Text, IsPrefix) = (text, isPrefix);

    /// <summary>Without the star.</summary>
    public string Text { get; }

    public bool IsPrefix { get; }

    /// <summary>Null when it is no pattern.</summary>
    public static TopicPattern? Parse(string? pattern) => pattern switch
    {
        null => null,
        ['*'] => new("", true),
        [.. var prefix, '*'] when TopicNames.IsName(prefix) || (prefix.Length > 1 && TopicNames.IsName(prefix[..^1]) && TopicNames.IsName(prefix + "x")) => new(prefix, true),
        _ when TopicNames.IsName(pattern) => new(pattern, false),
        _ => null,
    };

    public bool Matches(string topic) => IsPrefix ? topic.StartsWith(Text, StringComparison.Ordinal) : topic == Text;
}
