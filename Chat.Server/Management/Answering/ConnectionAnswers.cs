using Chat.Contracts;
using Chat.Contracts.Management;
using Chat.Server.Delivery;
using Chat.Server.Delivery.Pumps;
using Chat.Server.Management.Api;
using Chat.Server.Management.Asking;
using Chat.Server.Presence;

namespace Chat.Server.Management.Answering;

/// <summary>What this process knows of its connections, and the closing of them.</summary>
internal sealed class ConnectionAnswers(UserConnections users, QueueWatch queue, PresenceService presence, DeviceReturns returns, TimeProvider time)
{
    public Task<Reply<ConnectionsFound>> ListAsync(ConnectionsQuestion question, CancellationToken timeUp)
    {
        var rows = new List<ConnectionView>();
        var transports = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var pump in question.User is { } user ? users.Of(user) : users.All.AsEnumerable())
        {
            timeUp.ThrowIfCancellationRequested();
            if (!Fits(pump, question))
            {
                continue;
            }

            var transport = ConnectionLook.TransportOf(pump);
            transports[transport] = transports.GetValueOrDefault(transport) + 1;
            if (question.Transport is null || question.Transport == transport)
            {
                rows.Add(ConnectionLook.At(pump, time));
            }
        }

        return Done(new ConnectionsFound(rows.Count, [.. RowOrder.Sort(rows, question.Sort, question.Descending).Take(question.Take)], transports));
    }

    public Task<Reply<UsersFound>> UsersAsync(UsersQuestion question, CancellationToken timeUp)
    {
        var found = new List<OnlineUser>();
        long total = 0;
        foreach (var user in question.Grace ? presence.Away() : users.Users)
        {
            timeUp.ThrowIfCancellationRequested();
            if (question.Search is { } search && !user.Contains(search, StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            var pumps = users.Of(user);
            if (pumps.IsEmpty == question.Grace)
            {
                total++;
                found.Add(pumps.IsEmpty ? new(user, 0, 0, 0, 0, null) : Look(user, pumps));
            }
        }

        return Done(new UsersFound(total, [.. RowOrder.Sort(found, question.Sort, question.Descending).Take(question.Take)]));
    }

    public Task<Reply<UserFound>> UserAsync(UserQuestion question, CancellationToken timeUp) => Done(new UserFound(
        [.. users.Of(question.User).Select(p => ConnectionLook.At(p, time))], presence.StateOf(question.User) == PresenceState.Away));

    public Task<Reply<ReturnsFound>> ReturnsAsync(ReturnsQuestion question, CancellationToken timeUp) =>
        Done(new ReturnsFound([.. question.Devices.Select(d => returns.CountOf(d.User, d.Device))]));

    /// <summary>Says <c>bye</c> with the operator's reason; the client does not come back by itself.</summary>
    public Task<Reply<Disconnected>> DisconnectAsync(DisconnectQuestion question, CancellationToken timeUp)
    {
        ConnectionPump[] meant = question.User is { } user
            ? [.. users.Of(user)]
            : users.Find(question.Connection ?? "") is { } one ? [one] : [];
        foreach (var pump in meant)
        {
            // Not waited for: a socket that takes nothing would hold up the answer.
            _ = pump.CloseAsync(new Notice { Kind = NoticeKinds.Bye, Code = ErrorCodes.Disconnected, Reason = question.Reason, Retry = false });
        }

        return Done(new Disconnected(meant.Length));
    }

    private static bool Fits(ConnectionPump pump, ConnectionsQuestion question) =>
        (!question.Slow || ConnectionLook.IsSlow(pump))
        && (question.Search is not { } search
            || pump.User.Contains(search, StringComparison.OrdinalIgnoreCase)
            || pump.Connection.ConnectionId.StartsWith(search, StringComparison.Ordinal)
            || pump.Device.Contains(search, StringComparison.OrdinalIgnoreCase)
            || (question.Addresses && ConnectionLook.AddressOf(pump).Contains(search, StringComparison.OrdinalIgnoreCase)));

    private OnlineUser Look(string user, IReadOnlyList<ConnectionPump> pumps) => new(
        user,
        pumps.Count,
        Pending: pumps.Sum(p => queue.Of(p).Pending),
        InFlight: pumps.Sum(p => (long)p.Window.Unacknowledged),
        OldestSeconds: pumps.Max(p => queue.Of(p).Age.TotalSeconds),
        time.GetUtcNow() - pumps.Max(p => time.GetElapsedTime(p.Window.StartedAt)),
        time.GetUtcNow() - pumps.Min(p => p.Window.SinceAcknowledged));

    private static Task<Reply<T>> Done<T>(T answer) => Task.FromResult<Reply<T>>(answer);
}
