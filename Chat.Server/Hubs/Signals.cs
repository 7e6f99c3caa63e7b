using Chat.Contracts;
using Chat.Server.Access;
using Chat.Server.Delivery;
using Chat.Server.Messaging;
using Microsoft.AspNetCore.SignalR;

namespace Chat.Server.Hubs;

/// <summary>What is passed on and kept nowhere.</summary>
internal sealed class Signals(DeliveryService delivery, Acquaintances acquaintances, AccessLimits limits, Rules rules, TimeProvider time)
{
    public Task<Result> TypingAsync(HubConnectionContext connection, TypingRequest? typing)
    {
        if (!limits.TrySignal(connection.ConnectionId, out var wait))
        {
            return Task.FromResult(Result.Failure(Errors.RateLimited(wait)));
        }

        if (rules.Conversation(typing?.Conversation) is { } error)
        {
            return Task.FromResult(Result.Failure(error));
        }

        if (TopicIds.IsTopic(typing!.Conversation))
        {
            // Subscribers are no members, and do not know of each other.
            return Task.FromResult(Result.Failure(Errors.NotFound));
        }

        var (user, conversation) = (connection.UserIdentifier!, typing!.Conversation!);
        if (!delivery.Follows(connection, conversation))
        {
            // Just connected, or just become a member: the database knows, and says so when it cannot tell.
            return acquaintances.AsMemberAsync(user, conversation, () => delivery.Typing(conversation, user), connection.ConnectionAborted);
        }

        delivery.Typing(conversation, user);
        return Task.FromResult(Result.Success);
    }

    public PingResult Ping(HubConnectionContext connection) => limits.TrySignal(connection.ConnectionId, out var wait)
        ? new PingResult { Ok = true, At = time.GetUtcNow() }
        : new PingResult { Error = Errors.RateLimited(wait), At = time.GetUtcNow() };
}
