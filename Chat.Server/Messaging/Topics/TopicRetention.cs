using Chat.Contracts;
using Chat.Server.Storage.Retention;

namespace Chat.Server.Messaging.Topics;

/// <summary>What of a topic is kept, by its rule.</summary>
internal sealed class TopicRetention(TopicRules rules) : ITopicRetention
{
    public bool HasLimits { get; } = rules.All.Any(r => r.MaxAge is not null || r.MaxEvents is not null);

    public RetentionLimit Of(string conversation)
    {
        var rule = rules.Of(TopicIds.NameOf(conversation) ?? "");
        return new(rule.MaxAge, rule.MaxEvents, rule.Retained);
    }
}
