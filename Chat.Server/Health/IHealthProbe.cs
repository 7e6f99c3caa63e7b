namespace Chat.Server.Health;

/// <summary>Looks whether one thing works. Called in the background with a time limit; what it throws is logged and never shown.</summary>
internal interface IHealthProbe
{
    string Name { get; }

    IReadOnlyList<string> Tags { get; }

    Task<ProbeResult> CheckAsync(CancellationToken cancellationToken);
}

/// <summary>A check that only looks into this process's memory: it is read whenever somebody asks, so it is never late.</summary>
internal interface IInstantProbe : IHealthProbe
{
    ProbeResult Now { get; }

    Task<ProbeResult> IHealthProbe.CheckAsync(CancellationToken cancellationToken) => Task.FromResult(Now);
}

/// <param name="Description">For operators, read by anyone: no host names, no exception text, no secrets.</param>
/// <param name="Connected">Of a dependency: whether it answered. Null when the question does not arise (not configured).</param>
/// <param name="Data">Booleans, numbers, strings and nulls.</param>
internal sealed record ProbeResult(HealthLevel Level, string Description, bool? Connected = null, IReadOnlyDictionary<string, object?>? Data = null)
{
    public static ProbeResult Healthy(string description, IReadOnlyDictionary<string, object?>? data = null) => new(HealthLevel.Healthy, description, null, data);

    public static ProbeResult Degraded(string description, IReadOnlyDictionary<string, object?>? data = null) => new(HealthLevel.Degraded, description, null, data);

    public static ProbeResult Unhealthy(string description, IReadOnlyDictionary<string, object?>? data = null) => new(HealthLevel.Unhealthy, description, null, data);

    /// <summary>The dependency answered.</summary>
    public static ProbeResult Reached(string description = "") => new(HealthLevel.Healthy, description, Connected: true);

    /// <summary>The dependency answered, but it is not as it should be (read-only, in fallback).</summary>
    public static ProbeResult ReachedButDegraded(string description) => new(HealthLevel.Degraded, description, Connected: true);

    /// <summary>The dependency did not answer. Which level that means is the policy's: the database is vital, Redis is not.</summary>
    public static ProbeResult Unreachable(string description) => new(HealthLevel.Unhealthy, description, Connected: false);

    /// <summary>The dependency is away and the service has already changed over to do without it.</summary>
    public static ProbeResult DoneWithout(string description) => new(HealthLevel.Degraded, description, Connected: false);

    /// <summary>An optional dependency that this installation does without.</summary>
    public static ProbeResult NotConfigured { get; } = new(HealthLevel.Healthy, "not configured");
}
