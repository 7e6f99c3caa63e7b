using System.ComponentModel.DataAnnotations;
using Chat.Contracts;

namespace Chat.Server.Messaging.Topics;

/// <summary>Section <c>Topics</c>.</summary>
internal sealed class TopicsOptions
{
    public const string Section = "Topics";

    /// <summary>Most topics that a connection may follow and that a device may keep.</summary>
    [Range(1, 100_000)]
    public int MaxSubscriptions { get; set; } = 1_000;

    /// <summary>Claim of a token with the topics that its user may publish to: names or patterns. Where it is present it alone decides.</summary>
    [Required]
    public string PublishClaim { get; set; } = "topics_publish";

    /// <summary>Claim of a token with the topics that its user may subscribe to and read.</summary>
    [Required]
    public string SubscribeClaim { get; set; } = "topics_subscribe";

    /// <summary>What holds for topics that no rule names.</summary>
    public TopicDefaults Default { get; set; } = new();

    /// <summary>What holds for the topics that a pattern matches; the most specific pattern counts, and it alone.</summary>
    public TopicRuleOptions[] Rules { get; set; } = [];
}

/// <summary>How topics behave.</summary>
internal class TopicDefaults
{
    /// <summary>Who may publish: <c>everyone</c> (who is signed in), <c>service</c>, <c>role:NAME</c>, <c>user:NAME</c>, with blanks between; empty for nobody.</summary>
    public string Publish { get; set; } = "everyone";

    /// <summary>Who may subscribe and read, in the same words.</summary>
    public string Subscribe { get; set; } = "everyone";

    /// <summary><c>durable</c> or <c>realtime</c>.</summary>
    public string Policy { get; set; } = ConversationPolicies.Durable;

    /// <summary>A new subscription that names no place begins with the last event, and retention keeps that one.</summary>
    public bool Retained { get; set; }

    /// <summary>Events are kept for so long; null: for ever.</summary>
    public TimeSpan? MaxAge { get; set; }

    /// <summary>So many events are kept; null: all.</summary>
    public long? MaxEvents { get; set; }
}

/// <summary>How the topics behave that a pattern matches.</summary>
internal sealed class TopicRuleOptions : TopicDefaults
{
    /// <summary>A topic's name, or what it begins with and a <c>*</c>.</summary>
    public string Pattern { get; set; } = "";
}
