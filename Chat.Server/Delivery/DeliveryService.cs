using Chat.Contracts;
using Microsoft.AspNetCore.SignalR;

namespace Chat.Server.Delivery;

/// <summary>What the hub asks of delivery.</summary>
internal sealed class DeliveryService
{
    /// <summary>Starts feeding a connection; returns at once, waits neither for storage nor for the catch-up.</summary>
    public void Connect(HubConnectionContext connection, string user, string device) => throw new NotSupportedException();

    /// <summary>Stops feeding it and saves its cursors.</summary>
    public void Disconnect(HubConnectionContext connection) => throw new NotSupportedException();

    /// <summary>Takes cumulative acknowledgements; what is not the connection's own or beyond what was sent is ignored.</summary>
    public void Acknowledge(HubConnectionContext connection, IReadOnlyList<AckPosition> positions) => throw new NotSupportedException();

    /// <summary>A conversation was created: its members' connections start to follow it.</summary>
    public void ConversationCreated(string conversation, IReadOnlyList<string> users) => throw new NotSupportedException();

    /// <summary>Whether the connection follows the conversation now (its user is a member as far as this node has seen).</summary>
    public bool Follows(HubConnectionContext connection, string conversation) => throw new NotSupportedException();

    /// <summary>Sends a notice to the connections of the conversation's members, but not to those of <paramref name="exceptUser"/>.</summary>
    public void NotifyMembers(string conversation, string exceptUser, Notice notice) => throw new NotSupportedException();

    /// <summary>Sends a notice to all connections of a user.</summary>
    public void NotifyUser(string user, Notice notice) => throw new NotSupportedException();

    /// <summary>A member read up to <paramref name="seq"/>: the others are told with the next receipts.</summary>
    public void ReadUpTo(string conversation, string user, long seq) => throw new NotSupportedException();
}
