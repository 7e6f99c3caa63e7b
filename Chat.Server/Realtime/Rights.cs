using System.Collections.Concurrent;
using Chat.Server.Delivery;
using Chat.Server.Storage.Conversations;
using Chat.Server.Storage.Writing;

namespace Chat.Server.Realtime;

/// <summary>
/// Who may send while storage cannot be asked: whom this process saw as a member of the conversation, for a bounded time (<see cref="Trust"/>) since it
/// last read the journal of commits, by which it learns of removals; and whom it could not ask storage about yet, but a process of this node saw, or
/// storage took a send of. Not knowing is no right.
/// </summary>
internal sealed class Rights(DeliveryService delivery, LastKnown known, LockBook locks, Trust trust, TimeProvider time)
{
    /// <summary>Of those who connect in the few moments that storage is there; whoever is left out waits for it.</summary>
    private const int MostProofs = 10_000;

    private readonly ConcurrentDictionary<(string User, string Conversation), long> _proofs = new();

    /// <summary>An operator has locked the conversation, as far as was heard.</summary>
    public bool IsLocked(Append append) => locks.Contains(append.Conversation);

    public bool MaySend(Append append) => !TakesMembership(append) || MaySendToConversation(append);

    /// <summary>Storage took it, and so its sender is a member: who was answered so goes on, although what he follows is not loaded yet.</summary>
    public void Proved(Append append)
    {
        if (!TakesMembership(append) || !IsNewHere(append.Sender))
        {
            return;
        }

        if (_proofs.Count >= MostProofs)
        {
            _proofs.Clear();
        }

        _proofs[(append.Sender, append.Conversation)] = time.GetTimestamp();
    }

    /// <summary>
    /// Who may publish to a topic, and which back-end service may send, is told by the token and the configuration, and was asked before.
    /// </summary>
    private static bool TakesMembership(Append append) => append.Kind != AppendKind.Publish && !append.ByService;

    private bool MaySendToConversation(Append append) =>
        (delivery.IsMember(append.Sender, append.Conversation) && trust.Covers(delivery.SinceFollowed))
        || (IsNewHere(append.Sender) && (known.Knows(append.Sender, append.Conversation) || IsProved(append)));

    /// <summary>Storage has not told this process all that it needs to know of this user by itself.</summary>
    private bool IsNewHere(string user) => delivery.SinceFollowed is null || delivery.IsLoading(user);

    private bool IsProved(Append append) =>
        _proofs.TryGetValue((append.Sender, append.Conversation), out var at) && trust.Covers(time.GetElapsedTime(at));
}
