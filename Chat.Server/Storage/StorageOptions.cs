using System.ComponentModel.DataAnnotations;

namespace Chat.Server.Storage;

/// <summary>Section <c>Storage</c>. The database itself is named by <c>ConnectionStrings:Chat</c>.</summary>
internal sealed class StorageOptions
{
    public const string Section = "Storage";

    /// <summary>Most appends in one transaction.</summary>
    [Range(1, 4096)]
    public int BatchSize { get; set; } = 256;

    /// <summary>Most appends that may wait for the writer; more are answered with <c>overloaded</c>.</summary>
    [Range(16, 1_000_000)]
    public int QueueCapacity { get; set; } = 20_000;

    /// <summary>Longest that an append waits for its answer before <c>storage_unavailable</c>.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:00:30")]
    public TimeSpan AnswerWithin { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>Longest that one command may take.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan CommandTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>What clients are told to wait while storage is down.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan RetryAfter { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often the database is tried while the breaker is open.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:01:00")]
    public TimeSpan ProbeInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long rows of the commit journal are kept for followers.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "1.00:00:00")]
    public TimeSpan CommitRetention { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How often expired bodies, the journal and idle devices are looked after.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    public TimeSpan UpkeepInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>A device that did not connect for so long is forgotten; coming back it is a new one.</summary>
    [Range(typeof(TimeSpan), "1.00:00:00", "3650.00:00:00")]
    public TimeSpan DeviceRetention { get; set; } = TimeSpan.FromDays(90);

    /// <summary>Dead letters that were replayed or discarded are kept for so long; those that wait for an operator, as long as their device.</summary>
    [Range(typeof(TimeSpan), "1.00:00:00", "3650.00:00:00")]
    public TimeSpan DeadLetterRetention { get; set; } = TimeSpan.FromDays(30);

    /// <summary>Most members of a group.</summary>
    [Range(2, 1_000_000)]
    public int MaxMembers { get; set; } = 5_000;

    /// <summary>Most connections to PostgreSQL besides the writer's.</summary>
    [Range(2, 1_000)]
    public int PoolSize { get; set; } = 20;

    /// <summary>Apply migrations at start.</summary>
    public bool Migrate { get; set; } = true;
}
