using System.Security.Claims;
using System.Text.Json;
using Chat.Contracts;
using Chat.Server.Storage.Topics;
using Microsoft.Extensions.Options;

namespace Chat.Server.Messaging.Topics;

/// <summary>Who subscribes: a user's device, as its connection stands now.</summary>
/// <param name="Standing">What the connection has acknowledged of the topic, and whether that is kept; null when it does not follow it.</param>
/// <param name="Following">How many topics the connection follows.</param>
internal sealed record Subscriber(ClaimsPrincipal? Caller, string User, string Device, (long Acked, bool Durable)? Standing, int Following);

/// <summary>What the connection has to do now.</summary>
/// <param name="Moves">Also when it follows the topic already.</param>
internal sealed record FollowTopic(string Conversation, long Position, bool Durable, bool Moves);

/// <summary>
/// Subscriptions to topics. A live one belongs to the connection and leaves no trace in storage; a durable one belongs to the
/// device, which is fed from where it stands whenever it connects.
/// </summary>
internal sealed class Subscriptions(
    TopicStore store, TopicRules topics, TopicRights rights, Calls calls, IOptions<TopicsOptions> options)
{
    /// <param name="follow">Told to let the connection follow the topic.</param>
    public Task<SubscribeResult> SubscribeAsync(
        Subscriber subscriber, SubscribeRequest? request, Action<FollowTopic> follow, CancellationToken cancellation)
    {
        SubscribeFrom? from = null;
        var error = FormOf(request, ref from);
        if (error is null && !rights.MaySubscribe(subscriber.Caller, request!.Topic!))
        {
            error = Errors.TopicNotFound;
        }

        if (error is null && subscriber.Standing is null && subscriber.Following >= options.Value.MaxSubscriptions)
        {
            error = Errors.TooManySubscriptions;
        }

        return calls.RunAsync(subscriber.User, error, ct => SubscribeCoreAsync(subscriber, request!, from, follow, ct), cancellation);
    }

    /// <param name="unfollow">Told to let the device's connections leave the topic.</param>
    public Task<Result> UnsubscribeAsync(string user, string device, UnsubscribeRequest? request, Action<string> unfollow) => calls.RunAsync(
        user,
        request is null ? Errors.NoObject : TopicNames.IsName(request.Topic) ? null : Errors.BadTopic,
        async ct =>
        {
            // Also without the right to it: who may no longer have it must be able to end it.
            var conversation = TopicIds.ConversationOf(request!.Topic!);
            unfollow(conversation);
            await store.UnsubscribeAsync(user, device, conversation, ct);
            return Result.Success;
        },
        CancellationToken.None);

    private static ChatError? FormOf(SubscribeRequest? request, ref SubscribeFrom? from)
    {
        if (request is null)
        {
            return Errors.NoObject;
        }

        if (!TopicNames.IsName(request.Topic))
        {
            return Errors.BadTopic;
        }

        if (request.From is not { ValueKind: not (JsonValueKind.Null or JsonValueKind.Undefined) } place)
        {
            return null;
        }

        from = place.ValueKind switch
        {
            JsonValueKind.String => place.GetString() switch
            {
                "head" => new(SubscribeStart.Head),
                "last" => new(SubscribeStart.Last),
                "start" => new(SubscribeStart.First),
                _ => null,
            },
            JsonValueKind.Number when place.TryGetInt64(out var seq) && seq >= 0 => new(SubscribeStart.AfterSeq, seq),
            _ => (SubscribeFrom?)null,
        };
        return from is null ? Errors.BadFrom : null;
    }

    private async Task<SubscribeResult> SubscribeCoreAsync(
        Subscriber subscriber, SubscribeRequest request, SubscribeFrom? from, Action<FollowTopic> follow, CancellationToken cancellation)
    {
        var topic = request.Topic!;
        var conversation = TopicIds.ConversationOf(topic);
        var rule = topics.Of(topic);

        // What is durable stays so until it is unsubscribed: a call that does not ask for it does not take it away.
        var durable = request.Durable == true || subscriber.Standing is { Durable: true }
            || (subscriber.Standing is null && await store.FindAsync(subscriber.User, subscriber.Device, conversation, cancellation) is not null);
        var start = from
            ?? (subscriber.Standing is { } standing ? new(SubscribeStart.AfterSeq, standing.Acked)
            : new(rule.Retained ? SubscribeStart.Last : SubscribeStart.Head));
        var place = durable
            ? await store.SubscribeAsync(
                subscriber.User, subscriber.Device, conversation, start, from is not null, rule.Policy, options.Value.MaxSubscriptions, cancellation)
            : await store.PlaceAsync(conversation, start, cancellation);
        if (place is null)
        {
            return new SubscribeResult { Error = Errors.TooManySubscriptions };
        }

        follow(new FollowTopic(conversation, place.Position, durable, Moves: from is not null));
        return new SubscribeResult { Ok = true, Conversation = conversation, Head = place.Head, Position = place.Position };
    }
}
