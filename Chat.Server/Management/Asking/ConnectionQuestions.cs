using Chat.Contracts.Management;

namespace Chat.Server.Management.Asking;

/// <summary>Which connections of a worker, the first <c>Take</c> in the given order.</summary>
/// <param name="Addresses">The search is also for addresses: only for who sees them unmasked, or they could be guessed digit by digit.</param>
internal sealed record ConnectionsQuestion(string? Search, string? User, string? Transport, bool Slow, string Sort, bool Descending, int Take, bool Addresses = false);

/// <param name="Transports">How many by transport, whichever of them was asked for.</param>
internal sealed record ConnectionsFound(long Total, IReadOnlyList<ConnectionView> Rows, IReadOnlyDictionary<string, long> Transports);

/// <summary>Users with a connection, the first <c>Take</c> in the given order; more than a page, for a user may be on several workers.</summary>
/// <param name="Grace">Instead those who lost their last one less than the grace ago.</param>
internal sealed record UsersQuestion(string? Search, string Sort, bool Descending, int Take, bool Grace = false);

internal sealed record UsersFound(long Total, IReadOnlyList<OnlineUser> Users);

internal sealed record OnlineUser(string Id, int Connections, long Pending, long InFlight, double OldestSeconds, DateTimeOffset? Since, DateTimeOffset? LastDelivered = null);

internal sealed record UserQuestion(string User);

internal sealed record UserFound(IReadOnlyList<ConnectionView> Connections, bool InGrace);

/// <summary>How often these devices have connected.</summary>
internal sealed record ReturnsQuestion(IReadOnlyList<DeviceName> Devices);

internal sealed record DeviceName(string User, string Device);

/// <param name="Connects">In the order of the question.</param>
internal sealed record ReturnsFound(IReadOnlyList<int> Connects);

/// <summary>One connection by its id, or all of a user.</summary>
internal sealed record DisconnectQuestion(string? Connection, string? User, string Reason);

internal sealed record Disconnected(int Count);

/// <summary>How the order of rows is made, the same on a worker and where the workers' rows are put together.</summary>
internal static class RowOrder
{
    public static IEnumerable<ConnectionView> Sort(IEnumerable<ConnectionView> rows, string sort, bool descending) => sort switch
    {
        "user" => By(rows, r => r.User, descending, StringComparer.Ordinal),
        "worker" => By(rows, r => r.Worker, descending, StringComparer.Ordinal),
        "unacknowledged" => By(rows, r => r.Unacknowledged, descending),
        "pendingWrites" => By(rows, r => r.PendingWrites, descending),
        "roundTrip" => By(rows, r => r.RoundTripMilliseconds, descending),
        _ => By(rows, r => r.ConnectedAt, descending),
    };

    public static IEnumerable<OnlineUser> Sort(IEnumerable<OnlineUser> rows, string sort, bool descending) => sort switch
    {
        "connections" => By(rows, r => r.Connections, descending),
        "unacknowledged" or "inFlight" => By(rows, r => r.InFlight, descending),
        "pending" => By(rows, r => r.Pending, descending),
        "oldestSeconds" => By(rows, r => r.OldestSeconds, descending),
        "onlineSince" => By(rows, r => r.Since, descending),
        _ => By(rows, r => r.Id, descending, StringComparer.Ordinal),
    };

    // Equal rows in one order everywhere, so that no row is on two pages.
    private static IEnumerable<ConnectionView> By<TKey>(IEnumerable<ConnectionView> rows, Func<ConnectionView, TKey> key, bool descending, IComparer<TKey>? comparer = null) =>
        (descending ? rows.OrderByDescending(key, comparer) : rows.OrderBy(key, comparer)).ThenBy(r => r.Id, StringComparer.Ordinal);

    private static IEnumerable<OnlineUser> By<TKey>(IEnumerable<OnlineUser> rows, Func<OnlineUser, TKey> key, bool descending, IComparer<TKey>? comparer = null) =>
        (descending ? rows.OrderByDescending(key, comparer) : rows.OrderBy(key, comparer)).ThenBy(r => r.Id, StringComparer.Ordinal);
}
