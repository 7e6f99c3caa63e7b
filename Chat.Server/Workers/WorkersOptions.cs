using System.ComponentModel.DataAnnotations;

namespace Chat.Server.Workers;

/// <summary>Section <c>Workers</c>: how many processes serve the public port and how they are kept alive. All times are more than nothing, <c>DrainWindow</c> apart.</summary>
internal sealed class WorkersOptions : IValidatableObject
{
    public const string Section = "Workers";

    /// <summary>0: everything in one process. Absent: 1 on SQLite (which has one writer anyway), else one a core.</summary>
    [Range(0, 256)]
    public int? Count { get; set; }

    /// <summary>Holds the lock that keeps a second server of the same data away. Relative to the working directory.</summary>
    [Required]
    public string DataFolder { get; set; } = "data";

    /// <summary>How often a worker says that it lives.</summary>
    public TimeSpan HeartbeatInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>A heartbeat older than this makes a worker <c>unresponsive</c>; it may still recover. At least twice <see cref="HeartbeatInterval"/>.</summary>
    public TimeSpan UnresponsiveAfter { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>A heartbeat older than this gets the worker killed and replaced. More than <see cref="UnresponsiveAfter"/>.</summary>
    public TimeSpan KillAfter { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>A worker that is not ready after this is killed. Migrations run in this time.</summary>
    public TimeSpan StartTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>The time over which a draining worker sends its clients away.</summary>
    public TimeSpan DrainWindow { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>What a draining worker may take beyond the window before it is killed.</summary>
    public TimeSpan DrainGrace { get; set; } = TimeSpan.FromSeconds(1.5);

    /// <summary>The pause before the second restart in a row (the first has none); it doubles from there.</summary>
    public TimeSpan BackOffFirst { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest of these pauses; not less than <see cref="BackOffFirst"/>.</summary>
    public TimeSpan BackOffMost { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>A worker that served this long without a fault starts again without a pause.</summary>
    public TimeSpan QuietTime { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Lines of output kept of each worker.</summary>
    [Range(10, 10_000)]
    public int LogLines { get; set; } = 200;

    /// <summary>Connections of one process at once. Absent: the system's limit on open files, less what the process itself needs.</summary>
    [Range(8, 10_000_000)]
    public int? MaxConnections { get; set; }

    /// <summary>
    /// Answer <c>negotiate</c> without state and offer WebSockets only. Absent: wherever a connection's requests may reach
    /// different processes, that is with several workers, or with a database that several nodes can share.
    /// </summary>
    public bool? StatelessNegotiation { get; set; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        (string Name, TimeSpan Value)[] positive =
        [
            (nameof(HeartbeatInterval), HeartbeatInterval),
            (nameof(StartTimeout), StartTimeout),
            (nameof(DrainGrace), DrainGrace),
            (nameof(BackOffFirst), BackOffFirst),
            (nameof(QuietTime), QuietTime),
        ];
        foreach (var (name, value) in positive)
        {
            if (value <= TimeSpan.Zero)
            {
                yield return new($"Workers:{name} must be positive.", [name]);
            }
        }

        if (DrainWindow < TimeSpan.Zero)
        {
            yield return new("Workers:DrainWindow must not be negative.", [nameof(DrainWindow)]);
        }

        if (UnresponsiveAfter < 2 * HeartbeatInterval)
        {
            yield return new("Workers:UnresponsiveAfter must be at least twice Workers:HeartbeatInterval, or one late beat is called a hang.", [nameof(UnresponsiveAfter)]);
        }

        if (KillAfter <= UnresponsiveAfter)
        {
            yield return new("Workers:KillAfter must be greater than Workers:UnresponsiveAfter.", [nameof(KillAfter)]);
        }

        if (BackOffMost < BackOffFirst)
        {
            yield return new("Workers:BackOffMost must not be less than Workers:BackOffFirst.", [nameof(BackOffMost)]);
        }
    }
}
