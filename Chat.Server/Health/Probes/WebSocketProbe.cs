namespace Chat.Server.Health.Probes;

/// <summary>Whether this process takes clients.</summary>
internal sealed class WebSocketProbe(HealthLifecycle lifecycle) : IInstantProbe
{
    public string Name => HealthNames.WebSocket;

    public IReadOnlyList<string> Tags { get; } = [HealthNames.ReadyTag];

    public ProbeResult Now => lifecycle.Phase switch
    {
        HealthPhase.Ready => ProbeResult.Healthy("accepting connections"),
        HealthPhase.Draining => ProbeResult.Unhealthy("draining"),
        _ => ProbeResult.Unhealthy(string.Join(", ", lifecycle.WaitsFor) is { Length: > 0 } waits ? $"starting: {waits}" : "starting"),
    };
}

/// <summary>Whether any worker of this node takes clients.</summary>
internal sealed class NodeWebSocketProbe(IWorkerFacts facts) : IInstantProbe
{
    public string Name => HealthNames.WebSocket;

    public IReadOnlyList<string> Tags { get; } = [HealthNames.ReadyTag];

    public ProbeResult Now
    {
        get
        {
            var workers = facts.Current;
            var accepting = workers.Healthy - workers.Workers.Count(w => w.State == "draining");
            return accepting > 0
                ? ProbeResult.Healthy($"{accepting} of {workers.Total} workers accept connections")
                : ProbeResult.Unhealthy("no worker accepts connections");
        }
    }
}
