namespace Chat.Server.Health;

/// <summary>Numbered as health readers number it: what is missing is the worst.</summary>
internal enum HealthLevel
{
    Unhealthy = 0,
    Degraded = 1,
    Healthy = 2,
}

/// <summary>Names of checks that other systems rely on.</summary>
internal static class HealthNames
{
    public const string Database = "database";
    public const string Redis = "redis";
    public const string Workers = "workers";
    public const string WebSocket = "websocket";
    public const string Queue = "queue";
    public const string Disk = "disk";
    public const string Spool = "spool";

    /// <summary>The tag of checks without which a process must get no traffic.</summary>
    public const string ReadyTag = "ready";

    /// <summary>What another server provides: one failed check of it may be chance, two are not.</summary>
    public static bool IsDependency(string name) => name is Database or Redis;

    /// <summary>Without these there is no service; all else only makes it worse.</summary>
    public static bool IsVital(string name) => name is Database or Workers;
}
