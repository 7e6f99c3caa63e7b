using System.Security.Claims;
using Chat.Contracts;
using Chat.Server.Access;
using Microsoft.Extensions.Options;

namespace Chat.Server.Messaging.Topics;

/// <summary>Who may publish to a topic, and who may subscribe and read. Asked at every call; needs no storage.</summary>
internal sealed class TopicRights(TopicRules rules, IOptions<TopicsOptions> options)
{
    public bool MayPublish(ClaimsPrincipal? caller, string topic) =>
        May(caller, topic, options.Value.PublishClaim, static rule => rule.Publish);

    public bool MaySubscribe(ClaimsPrincipal? caller, string topic) =>
        May(caller, topic, options.Value.SubscribeClaim, static rule => rule.Subscribe);

    /// <summary>Whether a connection may be fed the conversation as far as rights to topics go; members are no matter of this.</summary>
    public bool MayFollow(ClaimsPrincipal? caller, string conversation) =>
        TopicIds.NameOf(conversation) is not { } topic || MaySubscribe(caller, topic);

    private bool May(ClaimsPrincipal? caller, string topic, string claim, Func<TopicRule, TopicAudience> audience)
    {
        if (caller is null)
        {
            return false;
        }

        var claimed = false;
        foreach (var granted in caller.FindAll(Callers.IsService(caller) ? Callers.TopicsClaim : claim))
        {
            claimed = true;
            foreach (var pattern in granted.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                if (TopicPattern.Parse(pattern)?.Matches(topic) == true)
                {
                    return true;
                }
            }
        }

        // Whoever issued the token has said which ones; that is not widened here.
        return !claimed && audience(rules.Of(topic)).Includes(caller);
    }
}
