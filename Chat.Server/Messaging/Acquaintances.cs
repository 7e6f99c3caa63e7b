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
    /// <param name="partial">Whether what it tells is known to be incomplete.</param>
    public Task<PresenceResult> PresenceAsync(
        string user, PresenceRequest? presence, Func<string, string> stateOf, string unknown, Func<bool> partial, CancellationToken cancellation) => calls.RunAsync(
        user,
        presence?.Conversation is null
            ? rules.Users(presence?.Users, "users", atLeast: 1, atMost: MaxAsked)
            : presence.Users is null ? rules.Conversation(presence.Conversation) : Errors.Invalid("users: not together with conversation."),
        async ct =>
        {
            var states = presence!.Conversation is { } conversation
                ? await RosterAsync(user, conversation, stateOf, unknown, ct)
                : await StatesAsync(user, presence.Users!, stateOf, unknown, ct);
            return states is null
                ? new PresenceResult { Error = Errors.NotFound }
                : new PresenceResult { Ok = true, Presence = states, Partial = partial() ? true : null };
        },
        cancellation);

    /// <summary>Of anybody, for a service.</summary>
    public Task<PresenceResult> PresenceOfAnybodyAsync(
        string service, PresenceRequest? presence, Func<string, string> stateOf, Func<bool> partial, CancellationToken cancellation) => calls.RunAsync(
        service,
        presence?.Conversation is null
            ? rules.Users(presence?.Users, "users", atLeast: 1, atMost: MaxAsked)
            : Errors.Invalid("conversation: ask for its members, then for them."),
        _ => Task.FromResult(new PresenceResult
        {
            Ok = true,
            Presence = presence!.Users!.Distinct(StringComparer.Ordinal).ToDictionary(u => u, stateOf),
            Partial = partial() ? true : null,
        }),
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

    private async Task<Dictionary<string, string>> StatesAsync(
        string user, IReadOnlyList<string> users, Func<string, string> stateOf, string unknown, CancellationToken cancellation)
    {
        var known = await store.KnownAsync(user, users, cancellation);
        var states = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var asked in users)
        {
            states[asked] = asked == user || known.Contains(asked) ? stateOf(asked) : unknown;
        }

        return states;
    }

    /// <summary>Who of a conversation is there; null when it is not the caller's. Those who are not are left out: of thousands they are most.</summary>
    private async Task<Dictionary<string, string>?> RosterAsync(
        string user, string conversation, Func<string, string> stateOf, string unknown, CancellationToken cancellation)
    {
        var members = await store.MembersAsync(user, conversation, cancellation);
        return members.Count == 0
            ? null
            : members.Select(m => (User: m, State: stateOf(m))).Where(m => m.State != unknown).ToDictionary(m => m.User, m => m.State, StringComparer.Ordinal);
    }
}
