using Chat.Contracts.Management;
using Chat.Server.Health;

namespace Chat.Server.Management.Views;

/// <summary>What the node depends on, as its workers see it.</summary>
internal sealed class DependencyViews(HealthViews health)
{
    private static readonly string[] WorstFirst = ["local", "database", "redis"];

    public IReadOnlyList<DependencyView> All(HealthReport report, NodeNumbers numbers) =>
    [
        Of(report, HealthNames.Database) with
        {
            PoolUsed = numbers.Sum("db.client.connection.count", l => l.Has("db.client.connection.state", "used")),
            PoolMax = numbers.Sum("db.client.connection.max"),
            PoolWaiting = numbers.Sum("db.client.connection.npgsql.pending_requests"),
        },
        Of(report, HealthNames.Redis),
        new() { Name = "supervisor", Connected = true, Status = HealthStatuses.Healthy, Text = "answers" },
    ];

    public BackplaneView Backplane(HealthReport report, NodeNumbers numbers)
    {
        var workers = numbers.Readings("chat.backplane.mode")
            .Where(r => r.Value > 0)
            .GroupBy(r => r.Labels.TryGet("mode", out var mode) ? mode : "", StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal);
        var redis = Of(report, HealthNames.Redis);
        var mode = WorstFirst.FirstOrDefault(workers.ContainsKey);
        return new()
        {
            Mode = mode,
            Fallback = redis.Configured && mode is not null && mode != "redis",
            Since = redis.Configured ? redis.Since : null,
            Workers = workers,
        };
    }

    private DependencyView Of(HealthReport report, string name)
    {
        var entry = report.Find(name);
        var connected = entry?.Data.GetValueOrDefault("connected") as bool?;
        return new()
        {
            Name = name,
            Configured = entry is null || connected is true || entry.Description != ProbeResult.NotConfigured.Description,
            Connected = connected,
            Status = Words.Of(entry?.Level ?? HealthLevel.Unhealthy),
            Text = entry?.Description ?? "not known",
            ResponseMilliseconds = entry?.Data.GetValueOrDefault("responseTime") switch { int ms => ms, long ms => ms, double ms => ms, _ => null },
            Since = health.Since(name),
        };
    }
}
