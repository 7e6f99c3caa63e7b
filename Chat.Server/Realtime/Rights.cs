using Chat.Server.Delivery;
using Chat.Server.Storage.Writing;

namespace Chat.Server.Realtime;

/// <summary>
/// Who may send while storage cannot be asked: whom this process saw as a member of the conversation, for a bounded time (<see cref="Trust"/>) since it
/// last read the journal of commits, by which it learns of removals; and whom it could not ask storage about yet, but a process of this node saw.
/// Not knowing is no right.
/// </summary>
internal sealed class Rights(DeliveryService delivery, LastKnown known, Trust trust)
{
    /// <summary>
    /// Who may publish to a topic, and which back-end service may send, is told by the token and the configuration, and was asked before.
    /// </summary>
    public bool MaySend(Append append) => append.Kind == AppendKind.Publish || append.ByService || MaySendToConversation(append);

    private bool MaySendToConversation(Append append) => delivery.IsMember(append.Sender, append.Conversation)
        ? trust.Covers(delivery.SinceFollowed)
        : delivery.IsLoading(append.Sender) && known.Knows(append.Sender, append.Conversation);
}
