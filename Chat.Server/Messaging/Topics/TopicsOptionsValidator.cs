using Chat.Contracts;
using Microsoft.Extensions.Options;

namespace Chat.Server.Messaging.Topics;

/// <summary>A rule that means nothing would open or close topics without anybody's intention: the start is refused.</summary>
internal sealed class TopicsOptionsValidator : IValidateOptions<TopicsOptions>
{
    public ValidateOptionsResult Validate(string? name, TopicsOptions options)
    {
        var failures = new List<string>();
        Check("Topics:Default", options.Default, failures);
        for (var i = 0; i < options.Rules.Length; i++)
        {
            var rule = options.Rules[i];
            if (TopicPattern.Parse(rule.Pattern) is null)
            {
                failures.Add($"Topics:Rules:{i}:Pattern '{rule.Pattern}' is neither a topic nor what one begins with and a *.");
            }

            if (Array.FindIndex(options.Rules, r => r.Pattern == rule.Pattern) < i)
            {
                failures.Add($"Topics:Rules:{i}:Pattern '{rule.Pattern}' is there twice.");
            }

            Check($"Topics:Rules:{i}", rule, failures);
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static void Check(string key, TopicDefaults rule, List<string> failures)
    {
        foreach (var (field, who) in new[] { ("Publish", rule.Publish), ("Subscribe", rule.Subscribe) })
        {
            if (TopicAudience.Parse(who) is null)
            {
                failures.Add($"{key}:{field} '{who}': everyone, service, role:NAME and user:NAME, with blanks between; empty for nobody.");
            }
        }

        if (rule.Policy is not (ConversationPolicies.Durable or ConversationPolicies.Realtime))
        {
            failures.Add($"{key}:Policy must be durable or realtime.");
        }

        if (rule.MaxAge <= TimeSpan.Zero)
        {
            failures.Add($"{key}:MaxAge must be longer than nothing; leave it out to keep events for ever.");
        }

        if (rule.MaxEvents < 1)
        {
            failures.Add($"{key}:MaxEvents must be at least 1; leave it out to keep all events.");
        }
    }
}
