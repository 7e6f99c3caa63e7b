using System.ComponentModel.DataAnnotations;

namespace Chat.Server.Health;

/// <summary>Section <c>Health</c>: how often what is checked, and what counts as down.</summary>
internal sealed class HealthOptions
{
    public const string Section = "Health";

    /// <summary>The node is being worked on: <c>/ready</c> says no, so that load balancers send no newcomers. Who is connected stays.</summary>
    public bool Maintenance { get; set; }

    /// <summary>How often each check is made, from the beginning of one to that of the next.</summary>
    [Range(typeof(TimeSpan), "00:00:00.5", "00:05:00")]
    public TimeSpan CheckEvery { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Checks with a period of their own, by name (<c>database</c>, <c>redis</c>, <c>disk</c>); each at least half a second.</summary>
    public Dictionary<string, TimeSpan> CheckEveryOf { get; set; } = [];

    /// <summary>A check that takes longer has failed.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:00:10")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>An older result is worth nothing: the check counts as unhealthy.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan StaleAfter { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Failed checks in a row that make a dependency count as down.</summary>
    [Range(1, 10)]
    public int FailuresBeforeDown { get; set; } = 2;

    /// <summary>Connection failures of real traffic in a row, within <see cref="EvidenceWindow"/>, that do the same at once.</summary>
    [Range(1, 1_000)]
    public int TrafficFailuresBeforeDown { get; set; } = 3;

    /// <summary>How far apart those failures may be, the first and the last.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan EvidenceWindow { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>A dependency whose 95th percentile of answers is slower is degraded.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "00:01:00")]
    public TimeSpan SlowAfter { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The oldest event owed to a connected device may be so old.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan QueueAgeLimit { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>The disk of this folder is watched.</summary>
    [Required]
    public string DiskFolder { get; set; } = ".";

    /// <summary>Share of the disk that must be free; with less the check <c>disk</c> is degraded.</summary>
    [Range(0.0, 1.0)]
    public double DiskFreeLimit { get; set; } = 0.10;

    /// <summary>A thread pool that runs nothing for so long makes <c>/live</c> fail.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan StuckAfter { get; set; } = TimeSpan.FromSeconds(5);
}
