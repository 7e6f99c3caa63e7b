using Chat.Contracts;
using Chat.Server.Access;
using Chat.Server.Delivery;
using Chat.Server.Messaging.Topics;
using Chat.Server.Presence;
using Chat.Server.Sessions;
using Microsoft.AspNetCore.SignalR;

namespace Chat.Server.Hubs;

/// <summary>What begins and ends with a connection. Waits for nothing: not for storage, not for the catch-up.</summary>
internal sealed class ConnectionLife(
    AccessLimits limits, DeliveryService delivery, PresenceService presence, TopicRights topics, SessionBook sessions, BlockWatch blocks)
{
    private static readonly object Entered = new();

    public async Task OpenAsync(HubConnectionContext connection)
    {
        var user = connection.UserIdentifier!;
        var http = connection.GetHttpContext();
        if (!limits.TryEnter(http, user))
        {
            var bye = new Notice
            {
                Kind = NoticeKinds.Bye,
                Code = ErrorCodes.TooManyConnections,
                Retry = AccessErrors.TooManyConnections.Retryable,
            };
            await connection.WriteAsync(new Microsoft.AspNetCore.SignalR.Protocol.InvocationMessage(ChatHubContract.NoticeMethod, [bye]));
            connection.Abort();
            return;
        }

        connection.Items[Entered] = Entered;
        presence.Connected(user);
        try
        {
            delivery.Connect(connection, user, DeviceOf(http), conversation => topics.MayFollow(connection.User, conversation));
            sessions.Open(connection);

            // Known to delivery now: who was shut out since the door is found either here or there.
            blocks.TurnsAway(user);
        }
        catch
        {
            // A connection that fails to open is not told of as closed.
            Close(connection);
            throw;
        }
    }

    public void Close(HubConnectionContext connection)
    {
        if (connection.Items.Remove(Entered))
        {
            sessions.Close(connection);
            delivery.Disconnect(connection);
            presence.Disconnected(connection.UserIdentifier!);
            limits.Leave(connection.UserIdentifier!);
        }
    }

    // The door let only well-formed devices in.
    public static string DeviceOf(HttpContext? http) =>
        http?.Request.Query[ChatHubContract.DeviceQuery] is [{ Length: > 0 } device] ? device : ChatHubContract.DefaultDevice;
}
