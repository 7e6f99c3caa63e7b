using System.Globalization;
using Chat.Contracts.Management;
using Chat.Server.Delivery.Feeds;
using Chat.Server.Delivery.Pumps;
using Microsoft.AspNetCore.Http.Connections.Features;
using Microsoft.AspNetCore.SignalR;

namespace Chat.Server.Management.Answering;

/// <summary>What can be seen of a connection from within its process.</summary>
internal static class ConnectionLook
{
    private const int LongestClient = 120;

    public static ConnectionView At(ConnectionPump pump, TimeProvider time)
    {
        var connection = pump.Connection;
        var now = time.GetUtcNow();
        var unacknowledged = pump.Window.Unacknowledged;
        var followed = pump.Places.All();
        var traffic = connection.Features.Get<ConnectionTraffic>();
        var behind = followed.Count(s => !s.Live);
        var socket = SocketLook.At(connection);
        return new()
        {
            Id = connection.ConnectionId,
            User = pump.User,
            Device = pump.Device,
            Transport = TransportOf(pump),
            Protocol = connection.Protocol.Name,
            ConnectedAt = now - time.GetElapsedTime(pump.Window.StartedAt),
            LastProgressAt = pump.Window.SinceProgress is { } since ? now - since : null,
            LastSeenAt = traffic is null ? null : now - traffic.Silence,
            LastDeliveredAt = pump.Window.SinceAcknowledged is { } ago ? now - ago : null,
            RoundTripMilliseconds = socket?.RoundTripMilliseconds,
            Unacknowledged = unacknowledged,
            Acknowledged = pump.Window.Acknowledgements,
            Events = pump.Window.Taken,
            Calls = traffic?.Calls,
            BytesIn = traffic?.Received,
            BytesOut = traffic?.Sent,
            Window = unacknowledged + pump.Window.Free,
            PendingWrites = pump.Writer.Pending,
            MostPendingWrites = pump.Writer.Most,
            UnsentBytes = socket?.UnsentBytes,
            Conversations = followed.Length,
            Behind = behind,
            Slow = IsSlow(pump, followed),
            Client = Header(connection, "X-SignalR-User-Agent") is { Length: > 0 } signalr ? signalr : Header(connection, "User-Agent"),
            Address = AddressOf(pump),
            TokenExpiresAt = long.TryParse(connection.User.FindFirst("exp")?.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var exp)
                ? DateTimeOffset.FromUnixTimeSeconds(exp)
                : null,
        };
    }

    public static bool IsSlow(ConnectionPump pump) => IsSlow(pump, pump.Places.All());

    public static string TransportOf(ConnectionPump pump) => pump.Connection.Features.Get<IHttpTransportFeature>()?.TransportType.ToString() ?? "";

    public static string AddressOf(ConnectionPump pump) => pump.Connection.GetHttpContext()?.Connection.RemoteIpAddress?.ToString() ?? "";

    // A place that is not live although nothing is missing there is about to go live.
    private static bool IsSlow(ConnectionPump pump, Subscription[] followed) =>
        !pump.Writer.HasRoom || followed.Any(s => !s.Live && s.Feed.Head > s.Position);

    private static string Header(HubConnectionContext connection, string name)
    {
        var text = connection.GetHttpContext()?.Request.Headers[name].ToString() ?? "";
        return new([.. text.Take(LongestClient).Select(c => char.IsControl(c) ? ' ' : c)]);
    }
}
