namespace Chat.Contracts.Management;

/// <summary>A connection, as the worker that holds it sees it.</summary>
public sealed record ConnectionView
{
    /// <summary>The connection's id.</summary>
    public required string Id { get; init; }

    /// <summary>Whose.</summary>
    public required string User { get; init; }

    /// <summary>Which of their devices.</summary>
    public required string Device { get; init; }

    /// <summary>The worker that holds it: <c>w1</c> of the node that was asked, <c>w1@host</c> of another one.</summary>
    public string Worker { get; init; } = "";

    /// <summary><c>WebSockets</c>, <c>ServerSentEvents</c> or <c>LongPolling</c>; empty when not known.</summary>
    public string Transport { get; init; } = "";

    /// <summary>The hub protocol: <c>json</c> or <c>messagepack</c>.</summary>
    public string Protocol { get; init; } = "";

    /// <summary>Since when.</summary>
    public DateTimeOffset ConnectedAt { get; init; }

    /// <summary>Its last acknowledgement or flushed write.</summary>
    public DateTimeOffset? LastProgressAt { get; init; }

    /// <summary>When anything came from it last, a keep-alive ping included; null when not known.</summary>
    public DateTimeOffset? LastSeenAt { get; init; }

    /// <summary>When it acknowledged an event last; null before it did.</summary>
    public DateTimeOffset? LastDeliveredAt { get; init; }

    /// <summary>The way there and back as the kernel has it for the TCP connection (smoothed), to the proxy where there is one; null when not known.</summary>
    public double? RoundTripMilliseconds { get; init; }

    /// <summary>How often its device has connected again within the last hour, as far as the running workers remember; null when not all of them could be asked.</summary>
    public int? Reconnects { get; init; }

    /// <summary>Events written and not acknowledged.</summary>
    public int Unacknowledged { get; init; }

    /// <summary>Events that it has acknowledged since it is there.</summary>
    public long Acknowledged { get; init; }

    /// <summary>Events that were sent to it since it is there, what was sent again not counted.</summary>
    public long Events { get; init; }

    /// <summary>Calls that it has made, acknowledgements included; null when not known.</summary>
    public long? Calls { get; init; }

    /// <summary>Bytes that came from it, pings included; null when not known.</summary>
    public long? BytesIn { get; init; }

    /// <summary>Bytes that went to it, pings included; null when not known.</summary>
    public long? BytesOut { get; init; }

    /// <summary>Events that may be unacknowledged at once.</summary>
    public int Window { get; init; }

    /// <summary>Writes that wait for its socket.</summary>
    public int PendingWrites { get; init; }

    /// <summary>So many may wait; then it is no longer fed at once but from the log.</summary>
    public int MostPendingWrites { get; init; }

    /// <summary>Bytes that the kernel has for it and has not sent yet; null when not known.</summary>
    public long? UnsentBytes { get; init; }

    /// <summary>Conversations it follows.</summary>
    public int Conversations { get; init; }

    /// <summary>Of these, those that are served from the log because it does not keep up.</summary>
    public int Behind { get; init; }

    /// <summary>It does not keep up.</summary>
    public bool Slow { get; init; }

    /// <summary>The client's own description of itself; empty when it gives none.</summary>
    public string Client { get; init; } = "";

    /// <summary>The client's address; a viewer sees it masked.</summary>
    public string Address { get; init; } = "";

    /// <summary>When its token ends.</summary>
    public DateTimeOffset? TokenExpiresAt { get; init; }
}

/// <summary>States of users.</summary>
public static class UserStates
{
    /// <summary>Has a connection.</summary>
    public const string Online = "online";

    /// <summary>Lost the last connection less than the grace ago.</summary>
    public const string Grace = "grace";

    /// <summary>Neither.</summary>
    public const string Offline = "offline";
}

/// <summary>A user.</summary>
public sealed record UserView
{
    /// <summary>The user's id.</summary>
    public required string Id { get; init; }

    /// <summary>One of <see cref="UserStates"/>.</summary>
    public required string State { get; init; }

    /// <summary>Open connections, on all nodes that were asked.</summary>
    public int Connections { get; init; }

    /// <summary>Owed to their connections and not written yet; null where it is not told (a single user).</summary>
    public long? Pending { get; init; }

    /// <summary>Written to their connections and not acknowledged.</summary>
    public long Unacknowledged { get; init; }

    /// <summary>The workers that hold their connections: <c>w1</c> of the node that was asked, <c>w1@host</c> of another one.</summary>
    public IReadOnlyList<string> Workers { get; init; } = [];

    /// <summary>When they connected first (of the open connections).</summary>
    public DateTimeOffset? OnlineSince { get; init; }

    /// <summary>When one of their open connections acknowledged an event last; null before any did.</summary>
    public DateTimeOffset? LastDeliveredAt { get; init; }

    /// <summary>They may not connect.</summary>
    public bool Blocked { get; init; }
}

/// <summary>A user with all that is known of them.</summary>
public sealed record UserDetail
{
    /// <summary>As in the list.</summary>
    public required UserView User { get; init; }

    /// <summary>Open connections, on all nodes that were asked.</summary>
    public IReadOnlyList<ConnectionView> Connections { get; init; } = [];

    /// <summary>Devices that were ever connected and what is owed to them; null while the database does not answer.</summary>
    public IReadOnlyList<DeviceView>? Devices { get; init; }

    /// <summary>How many conversations they are a member of; null while the database does not answer.</summary>
    public int? Conversations { get; init; }

    /// <summary>Why they are blocked; null when they are not.</summary>
    public BlockView? Block { get; init; }

    /// <summary>Set when not everybody answered.</summary>
    public PartialAnswer? Partial { get; init; }
}

/// <summary>A device of a user.</summary>
public sealed record DeviceView
{
    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary>Its first connect.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Its latest connect.</summary>
    public DateTimeOffset LastSeenAt { get; init; }

    /// <summary>Events it has not acknowledged.</summary>
    public long Owed { get; init; }
}

/// <summary>A user who may not connect.</summary>
public sealed record BlockView
{
    /// <summary>The user's id.</summary>
    public required string User { get; init; }

    /// <summary>Why.</summary>
    public string Reason { get; init; } = "";

    /// <summary>By whom.</summary>
    public string By { get; init; } = "";

    /// <summary>Since when.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>Until when; null: until it is lifted.</summary>
    public DateTimeOffset? Until { get; init; }
}

/// <summary>Body of block.</summary>
public sealed record BlockRequest
{
    /// <summary>Why; required.</summary>
    public string? Reason { get; init; }

    /// <summary>For how many seconds; absent: until it is lifted.</summary>
    public double? Seconds { get; init; }
}
