namespace Chat.Contracts.Management;

/// <summary>Losses that a server in Development pretends on demand, so that one can see what follows from them.</summary>
public static class FaultIds
{
    /// <summary>Each use of the database fails as if nobody listened there.</summary>
    public const string DatabaseAway = "database-away";

    /// <summary>Each use of the database takes longer.</summary>
    public const string DatabaseSlow = "database-slow";

    /// <summary>Redis hangs: nothing comes from it and nothing is answered.</summary>
    public const string RedisHangs = "redis-hangs";
}

/// <summary>A loss that is pretended now.</summary>
public sealed record FaultView
{
    /// <summary>One of <see cref="FaultIds"/>.</summary>
    public required string Id { get; init; }

    /// <summary>When it ends by itself.</summary>
    public DateTimeOffset Until { get; init; }

    /// <summary>How long that is from now.</summary>
    public double SecondsLeft { get; init; }

    /// <summary>What each use of a slow database takes more; null for the others.</summary>
    public int? Milliseconds { get; init; }
}

/// <summary>Body of pretending a loss.</summary>
public sealed record FaultRequest
{
    /// <summary>For how many seconds, 1 to 300, from now; absent: 30.</summary>
    public double? Seconds { get; init; }

    /// <summary>What each use of a slow database takes more, 1 to 5000; absent: 400. Not for the others.</summary>
    public int? Milliseconds { get; init; }

    /// <summary>Why; for the audit log. Optional.</summary>
    public string? Reason { get; init; }
}
