using Chat.Bench.Load;
using Chat.Bench.Machine;
using Chat.Bench.Results;
using Chat.Bench.Targets;
using Chat.Contracts;

namespace Chat.Bench.Scenarios;

/// <summary>CPU seconds used so far; NaN where they cannot be seen.</summary>
internal readonly record struct Usage(double Server, double Postgres, double Redis, double Client, double Machine)
{
    public static Usage operator -(Usage a, Usage b) => new(a.Server - b.Server, a.Postgres - b.Postgres, a.Redis - b.Redis, a.Client - b.Client, a.Machine - b.Machine);
}

/// <summary>One scenario, one target, one repeat.</summary>
internal sealed class Turn(IScenario scenario, Target target, int repeat, RunOptions options, PostgresInstance? postgres, ResultSet results, IProgressDisplay display)
{
    /// <summary>How long to wait for the last messages of a load before they count as missing.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private const double NoisyAbove = 0.1;
    private const int SettleTries = 120;
    private static readonly TimeSpan SettleInterval = TimeSpan.FromMilliseconds(500);

    private static readonly string[] Ordinary = [.. new[] { NoticeKinds.Welcome, NoticeKinds.Presence, NoticeKinds.Receipt }.Select(Tally.NameOfNotice)];

    public Target Target { get; } = target;

    public int Repeat { get; } = repeat;

    public RunOptions Options { get; } = options;

    /// <summary>Temporary folder of the run.</summary>
    public required string Folder { get; init; }

    /// <summary>Connection string of the database that the server under test writes to, where that is known.</summary>
    public string? TargetDatabase { get; init; }

    public CrowdOptions Crowd => new() { AckInterval = Options.AckInterval };

    public void Record(string metric, double value, string unit)
    {
        if (!double.IsNaN(value))
        {
            results.Add(new Measurement(scenario.Name, Target.Kind, Repeat, metric, value, unit));
        }
    }

    public void Remark(string text) => results.Add(new Remark(scenario.Name, Target.Kind, Repeat, text));

    /// <summary>Notes what a crowd counted besides messages, and messages that were lost.</summary>
    public void RemarkOn(Tally tally, long missing)
    {
        // Baselines promise no order; it would fill the report with what everybody knows.
        var counts = tally.Counts
            .Where(c => !Ordinary.Contains(c.Key) && (Target.Kind is not (TargetKind.Bare or TargetKind.Naive) || !c.Key.StartsWith("event ", StringComparison.Ordinal)))
            .OrderBy(c => c.Key)
            .Select(c => $"{c.Key}: {c.Value:#,0}")
            .ToList();
        if (missing > 0)
        {
            counts.Insert(0, $"missing: {missing:#,0}");
        }

        if (counts.Count > 0)
        {
            Remark(string.Join(", ", counts));
        }
    }

    public Usage Usage() => new(
        Target.Pids is { Count: > 0 } server ? server.Sum(ProcessFacts.CpuSeconds) : double.NaN,
        postgres?.Pid is { } database ? ProcessFacts.CpuSeconds(database) : double.NaN,
        Target.RedisPid is { } redis ? ProcessFacts.CpuSeconds(redis) : 0,
        Environment.CpuUsage.TotalTime.TotalSeconds,
        ProcessFacts.MachineCpuSeconds());

    /// <summary>Records what a message cost each process, and whether somebody else wanted the machine meanwhile.</summary>
    /// <param name="used">CPU seconds of the measured time.</param>
    /// <param name="messages">Messages of that time.</param>
    /// <param name="seconds">Its length.</param>
    /// <param name="load">Tells the figures of one load from those of others in the same scenario.</param>
    public void RecordCpu(Usage used, double messages, double seconds, string load = "")
    {
        var database = Target.Kind == TargetKind.Bare || double.IsNaN(used.Postgres) ? 0 : used.Postgres;
        Record(load + "CPU of all", (used.Server + database + used.Redis + used.Client) * 1e6 / messages, "µs/msg");
        Record(load + "server CPU", used.Server * 1e6 / messages, "µs/msg");
        Record(load + "PostgreSQL CPU", database > 0 ? database * 1e6 / messages : double.NaN, "µs/msg");
        Record(load + "Redis CPU", used.Redis > 0 ? used.Redis * 1e6 / messages : double.NaN, "µs/msg");
        Record(load + "load client CPU", used.Client * 1e6 / messages, "µs/msg");

        var others = (used.Machine - used.Server - used.Redis - used.Client - (double.IsNaN(used.Postgres) ? 0 : used.Postgres)) / seconds / Environment.ProcessorCount;
        Record(load + "machine used by others", others * 100, "%");

        // A PostgreSQL that somebody else runs here cannot be told from the others.
        if (others > NoisyAbove && postgres is not { Pid: null })
        {
            Remark($"others used {others:P0} of the machine: times and rates of this turn mean little");
        }
    }

    /// <summary>Waits while a load runs, telling how it goes.</summary>
    public async Task WatchAsync(TimeSpan time, Func<string> state, CancellationToken cancellationToken)
    {
        var end = Clock.Now + (long)(time.TotalSeconds * Clock.TicksPerSecond);
        while (Clock.Now < end)
        {
            var left = TimeSpan.FromSeconds(Clock.Seconds(Clock.Now, end));
            await Task.Delay(left < TimeSpan.FromSeconds(1) ? left : TimeSpan.FromSeconds(1), TimeProvider.System, cancellationToken);
            display.Live(state());
        }
    }

    /// <summary>
    /// Waits until the server has digested what it was just given (thousands of connects, each of which loads its positions),
    /// and returns the seconds that took. Without it a load would be measured against the tail of its own preparation.
    /// </summary>
    public async Task<double> SettleAsync(CancellationToken cancellationToken)
    {
        const double calm = 0.1;
        var start = Clock.Now;
        for (var tries = 0; tries < SettleTries; tries++)
        {
            var before = Usage();
            await Task.Delay(SettleInterval, TimeProvider.System, cancellationToken);
            var after = Usage();
            if (!(after.Server - before.Server > calm * SettleInterval.TotalSeconds))
            {
                break;
            }
        }

        return Math.Max(0, Clock.Seconds(start, Clock.Now) - SettleInterval.TotalSeconds);
    }

    public void Tell(string state) => display.Live(state);
}
