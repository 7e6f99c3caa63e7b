namespace Chat.Server.Backplane;

internal enum BackplaneMode
{
    /// <summary>Messages reach all nodes at once.</summary>
    Redis,

    /// <summary>Messages reach the workers of this machine; other nodes learn by reading the database.</summary>
    Database,

    /// <summary>Messages reach the workers of this machine; the database does not answer either.</summary>
    Local,
}

/// <param name="Mode">How messages travel.</param>
/// <param name="RedisConfigured">False: nobody asked for Redis, so doing without it is healthy.</param>
/// <param name="Reason">Why Redis is not in use though it is configured; holds no secret, host name or exception text.</param>
/// <param name="Since">When the mode was entered.</param>
internal sealed record BackplaneStatus(BackplaneMode Mode, bool RedisConfigured, string? Reason, DateTimeOffset Since)
{
    /// <summary>Redis is in use and under suspicion: what is told through it now may be lost.</summary>
    public bool Doubtful { get; init; }

    /// <summary>Other workers of this machine are reached without Redis.</summary>
    public bool HasSiblings { get; init; }

    /// <summary>Whether there may be anybody to tell.</summary>
    public bool MayReachOthers => RedisConfigured || HasSiblings;

    /// <summary>Whether other nodes hear at once what is told now, as far as is known.</summary>
    public bool ReachesNodes => Mode == BackplaneMode.Redis && !Doubtful;

    public bool Degraded => RedisConfigured && Mode != BackplaneMode.Redis;
}
