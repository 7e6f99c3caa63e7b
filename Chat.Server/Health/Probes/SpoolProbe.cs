using Chat.Server.Telemetry.Metrics;

namespace Chat.Server.Health.Probes;

/// <summary>What the workers of this node hold on disk because storage has not taken it yet, as their heartbeats told it.</summary>
internal sealed class SpoolProbe(MetricsHistory history) : IInstantProbe
{
    private const double NearlyFull = 0.8;

    public string Name => HealthNames.Spool;

    public IReadOnlyList<string> Tags { get; } = [];

    public ProbeResult Now
    {
        get
        {
            var view = history.View();
            return Judge(
                (long)view.Now("chat.realtime.spool.depth").Sum(r => r.Value),
                (long)view.Now("chat.realtime.spool.oldest.age").Select(r => r.Value).DefaultIfEmpty().Max(),
                view.Now("chat.realtime.spool.fill").Select(r => r.Value).DefaultIfEmpty().Max());
        }
    }

    internal static ProbeResult Judge(long depth, long oldestAge, double fill)
    {
        var data = new Dictionary<string, object?> { ["depth"] = depth, ["oldestAge"] = oldestAge, ["fill"] = Math.Round(fill, 3) };
        return (depth, fill) switch
        {
            (0, _) => ProbeResult.Healthy("empty", data),
            (_, > NearlyFull) => ProbeResult.Degraded($"nearly full: {depth} sends wait to be stored, the oldest for {oldestAge} s; {fill:P0} of the space is used", data),
            _ => ProbeResult.Degraded($"{depth} sends wait to be stored, the oldest for {oldestAge} s", data),
        };
    }
}
