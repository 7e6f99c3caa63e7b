using Chat.Contracts;
using Chat.Server.Storage.Model;
using Microsoft.Extensions.Options;

namespace Chat.Server.Messaging.Topics;

/// <summary>What holds for a topic.</summary>
internal sealed record TopicRule(
    TopicPattern Pattern, TopicAudience Publish, TopicAudience Subscribe, ConversationPolicy Policy, bool Retained, TimeSpan? MaxAge, long? MaxEvents);

/// <summary>The configured rules. The most specific pattern counts: a name before any prefix, a longer prefix before a shorter one.</summary>
internal sealed class TopicRules
{
    private readonly TopicRule[] _rules;

    public TopicRules(IOptions<TopicsOptions> options)
    {
        _rules =
        [
            .. options.Value.Rules
                .Select(r => Make(TopicPattern.Parse(r.Pattern)!, r))
                .OrderBy(r => r.Pattern.IsPrefix)
                .ThenByDescending(r => r.Pattern.Text.Length),
            Make(TopicPattern.Parse("*")!, options.Value.Default),
        ];
    }

    /// <summary>All, the most specific first; the last one matches everything.</summary>
    public IReadOnlyList<TopicRule> All => _rules;

    public TopicRule Of(string topic)
    {
        foreach (var rule in _rules)
        {
            if (rule.Pattern.Matches(topic))
            {
                return rule;
            }
        }

        return _rules[^1];
    }

    private static TopicRule Make(TopicPattern pattern, TopicDefaults rule) => new(
        pattern,
        TopicAudience.Parse(rule.Publish)!,
        TopicAudience.Parse(rule.Subscribe)!,
        rule.Policy == ConversationPolicies.Realtime ? ConversationPolicy.Realtime : ConversationPolicy.Durable,
        rule.Retained,
        rule.MaxAge,
        rule.MaxEvents);
}
