using Chat.Server.Telemetry.Metrics;
using Microsoft.Extensions.Options;

namespace Chat.Server.Health.Probes;

/// <summary>A dependency as the workers of this node see it. The supervisor has no link of its own: it must tell the truth without one.</summary>
internal sealed class NodeDependencyProbe(string name, IReadOnlyList<string> tags, MetricsHistory history, IOptions<HealthOptions> options) : IInstantProbe
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(60);

    public string Name => name;

    public IReadOnlyList<string> Tags => tags;

    public ProbeResult Now
    {
        get
        {
            var view = history.View();
            var told = view.Now("chat.dependency.up", labels => labels.Has("dependency", name)).Where(r => r.Source.Length > 0).ToArray();
            var reached = told.Count(r => r.Value > 0);
            if (told.Length == 0)
            {
                // Nobody speaks of a dependency that is not configured; of one that has to be there, nobody is left to speak:
                // that is not known to be lost, and no alert of its own.
                return HealthNames.IsVital(name) ? ProbeResult.Unhealthy("no worker tells") : ProbeResult.NotConfigured;
            }

            var result = reached == 0
                ? ProbeResult.Unreachable("no worker reaches it")
                : Judge(reached, told.Length, Distribution.Merge(ResponseTimes(view).Select(r => r.Distribution)));
            return name == HealthNames.Redis ? result with { Data = WithModes(view, result.Data) } : result;
        }
    }

    /// <summary>Redis is watched by probes of its own; a check only reads what they found.</summary>
    private IReadOnlyList<HistogramReading> ResponseTimes(MetricsView view) => name == HealthNames.Redis
        ? view.Observed("chat.backplane.probe.duration", Window)
        : view.Observed("chat.dependency.check.duration", Window, labels => labels.Has("dependency", name));

    /// <summary>How workers hear of each other; several modes while they change or do not agree.</summary>
    private static Dictionary<string, object?> WithModes(MetricsView view, IReadOnlyDictionary<string, object?>? data)
    {
        var modes = view.Now("chat.backplane.mode").Where(r => r.Value > 0 && r.Source.Length > 0)
            .Select(r => r.Labels.TryGet("mode", out var mode) ? mode : "").Distinct().Order(StringComparer.Ordinal);
        return new Dictionary<string, object?>(data ?? new Dictionary<string, object?>()) { ["mode"] = string.Join(", ", modes) };
    }

    private ProbeResult Judge(int reached, int told, Distribution? took)
    {
        var milliseconds = took?.Quantile(0.5) is { } usual ? (long)Math.Round(usual * 1000) : (long?)null;
        var slowest = TimeSpan.FromSeconds(took?.Quantile(0.95) ?? 0);
        var (level, description) = (reached < told, slowest > options.Value.SlowAfter) switch
        {
            (true, _) => (HealthLevel.Degraded, $"{reached} of {told} workers reach it"),
            (_, true) => (HealthLevel.Degraded, $"slow: p95 {slowest.TotalMilliseconds:0} ms"),
            _ => (HealthLevel.Healthy, milliseconds is { } ms ? $"{ms} ms" : $"{reached} of {told} workers reach it"),
        };
        return new ProbeResult(level, description, Connected: true, new Dictionary<string, object?> { ["responseTime"] = milliseconds });
    }
}
