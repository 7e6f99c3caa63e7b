using Chat.Contracts;
using Chat.Server.Storage;
using Chat.Server.Storage.Conversations;

namespace Chat.Server.Messaging;

/// <summary>Who may know of whom: those that share a conversation.</summary>
internal sealed class Acquaintances(AcquaintanceStore store, ConversationStore conversations, Calls calls, Rules rules)
{
    public const int MaxAsked = 100;

    private const int MaxPeers = 5_000;

    /// <param name="stateOf">Asked only for users that the caller may know of.</param>
    public Task<PresenceResult> PresenceAsync(
        string user, PresenceRequest? presence, Func<string, string> stateOf, string unknown, CancellationToken cancellation) => calls.RunAsync(
        user,
        rules.Users(presence?.Users, "users", atLeast: 1, atMost: MaxAsked),
        async ct =>
        {
            var known = await store.KnownAsync(user, presence!.Users!, ct);
            var states = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var asked in presence.Users!)
            {
                states[asked] = asked == user || known.Contains(asked) ? stateOf(asked) : unknown;
            }

            return new PresenceResult { Ok = true, Presence = states };
        },
        cancellation);

    /// <summary>Who is to be told of the user; nobody while storage cannot say.</summary>
    public async Task<IReadOnlyList<string>> PeersAsync(string user, int largestConversation, CancellationToken cancellation)
    {
        try
        {
            return await store.PeersAsync(user, largestConversation, MaxPeers, cancellation);
        }
        catch (StorageUnavailableException)
        {
            // Presence is told when it can be told; who wants to know asks again.
            return [];
        }
    }

    /// <summary>Runs <paramref name="act"/> for a member; asked when delivery does not know the caller as one.</summary>
    public Task<Result> AsMemberAsync(string user, string conversation, Action act, CancellationToken cancellation) => calls.RunAsync(
        user,
        malformed: null,
        async ct =>
        {
            if (!await conversations.IsMemberAsync(user, conversation, ct))
            {
                return Result.Failure(Errors.NotFound);
            }

            act();
            return Result.Success;
        },
        cancellation);
}
