namespace Chat.Server.Health.Probes;

internal sealed class WorkersProbe(IWorkerFacts facts) : IInstantProbe
{
    public string Name => HealthNames.Workers;

    public IReadOnlyList<string> Tags { get; } = [];

    public ProbeResult Now => Judge(facts.Current);

    internal static ProbeResult Judge(WorkerFacts now)
    {
        var level = now.Healthy switch
        {
            0 => HealthLevel.Unhealthy,
            var healthy when healthy < now.Total => HealthLevel.Degraded,
            _ => HealthLevel.Healthy,
        };
        var troubled = now.Workers
            .Where(w => w.State is not ("healthy" or "draining" or "stopped"))
            .Select(w => w.Restarts > 0 ? $"{w.Id} {w.State.Replace('_', ' ')} (restart {w.Restarts})" : $"{w.Id} {w.State.Replace('_', ' ')}");
        return new ProbeResult(
            level,
            string.Join("; ", troubled.Prepend($"{now.Healthy} of {now.Total} up")),
            Connected: null,
            new Dictionary<string, object?> { ["total"] = now.Total, ["healthy"] = now.Healthy, ["crashed"] = now.Total - now.Healthy });
    }
}
