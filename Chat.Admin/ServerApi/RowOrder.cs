using Chat.Contracts.Management;

namespace Chat.Admin.ServerApi;

/// <summary>Sorts rows of several nodes as each node sorts its own.</summary>
internal static class RowOrder
{
    /// <param name="sort">A property's name, with <c>-</c> before it the other way round.</param>
    /// <param name="value">What a property's name stands for.</param>
    /// <param name="tie">Decides between equals.</param>
    public static Comparison<T> By<T>(string sort, Func<T, string, IComparable?> value, Func<T, string> tie)
    {
        var (name, sign) = sort.StartsWith('-') ? (sort[1..], -1) : (sort, 1);
        return (a, b) => Compare(value(a, name), value(b, name)) is not 0 and var result ? sign * result : string.CompareOrdinal(tie(a), tie(b));
    }

    public static IComparable? OfConnection(ConnectionView row, string name) => name switch
    {
        "user" => new Ordinal(row.User),
        "worker" => new Ordinal(row.Worker),
        "unacknowledged" => row.Unacknowledged,
        "pendingWrites" => row.PendingWrites,
        "roundTrip" => row.RoundTripMilliseconds,
        _ => row.ConnectedAt,
    };

    public static IComparable? OfUser(UserView row, string name) => name switch
    {
        "connections" => row.Connections,
        "pending" => row.Pending,
        "unacknowledged" => row.Unacknowledged,
        "onlineSince" => row.OnlineSince,
        _ => new Ordinal(row.Id),
    };

    public static IComparable? OfQueue(QueueUserView row, string name) => name switch
    {
        "inFlight" => row.InFlight,
        "oldestSeconds" => row.OldestSeconds,
        "user" => new Ordinal(row.User),
        _ => row.Pending,
    };

    private static int Compare(IComparable? a, IComparable? b) => (a, b) switch
    {
        (null, null) => 0,
        (null, _) => -1,
        (_, null) => 1,
        _ => a.CompareTo(b),
    };

    private readonly record struct Ordinal(string Text) : IComparable
    {
        public int CompareTo(object? obj) => string.CompareOrdinal(Text, ((Ordinal)obj!).Text);
    }
}
