using System.Runtime.InteropServices;
using System.Security.Claims;
using Chat.Contracts;
using Chat.Server.Access;
using Chat.Server.Realtime;
using Chat.Server.Storage.Model;
using Chat.Server.Storage.Writing;

namespace Chat.Server.Messaging.Topics;

/// <summary>
/// Events on their way to a topic. As with sends nothing is looked up and nothing awaited before the writer has the append; who
/// subscribes makes no difference to what is written.
/// </summary>
internal sealed class Publishes(LogWriter writer, RealtimeLane realtime, AccessLimits limits, Rules rules, TopicRules topics, TopicRights rights, Receipts receipts)
{
    public Task<Receipt> PublishAsync(ClaimsPrincipal? caller, string user, PublishRequest? publish)
    {
        if (!limits.TrySend(user, 1, out var wait))
        {
            return Receipts.RefusedAsync(publish?.Id, Errors.RateLimited(wait));
        }

        return Submit(caller, user, publish);
    }

    /// <summary>Several at once, in their order; each has a receipt of its own.</summary>
    public async Task<IReadOnlyList<Receipt>> PublishAllAsync(ClaimsPrincipal? caller, string user, IReadOnlyList<PublishRequest> publishes)
    {
        if (!limits.TrySend(user, publishes.Count, out var wait))
        {
            return [.. publishes.Select(p => Receipts.Refused(p.Id, Errors.RateLimited(wait)))];
        }

        return await Task.WhenAll(publishes.Select(p => Submit(caller, user, p)));
    }

    private Task<Receipt> Submit(ClaimsPrincipal? caller, string user, PublishRequest? publish)
    {
        if (rules.Publish(publish) is { } error)
        {
            return Receipts.RefusedAsync(publish?.Id, error);
        }

        var topic = publish!.Topic!;
        if (!rights.MayPublish(caller, topic))
        {
            return Receipts.RefusedAsync(publish.Id, Errors.TopicNotFound);
        }

        var conversation = TopicIds.ConversationOf(topic);
        var body = JsonMarshal.GetRawUtf8Value(publish.Body).ToArray();
        var append = new Append
        {
            Kind = AppendKind.Publish,
            Conversation = conversation,
            Policy = topics.Of(topic).Policy,
            Sender = user,
            Id = publish.Id!,
            Type = publish.Type!,
            Body = body,
            Hash = ContentHash.Of(AppendKind.Publish, conversation, publish.Type!, body, reference: null, publish.ExpiresIn),
            ExpiresIn = publish.ExpiresIn,
        };
        return receipts.OfAsync(append, append.Policy == ConversationPolicy.Realtime ? realtime.Submit(append) : writer.Submit(append));
    }
}
