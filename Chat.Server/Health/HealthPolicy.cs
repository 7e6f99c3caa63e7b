namespace Chat.Server.Health;

/// <summary>What the checks together mean.</summary>
internal static class HealthPolicy
{
    /// <summary>Unhealthy only without the database or without any worker: everything else leaves a service that works.</summary>
    public static HealthLevel Overall(IReadOnlyList<HealthEntry> entries)
    {
        if (entries.Any(e => e.Level == HealthLevel.Unhealthy && HealthNames.IsVital(e.Name)))
        {
            return HealthLevel.Unhealthy;
        }

        return entries.All(e => e.Level == HealthLevel.Healthy) ? HealthLevel.Healthy : HealthLevel.Degraded;
    }

    /// <summary>Redis carries no such tag: a server without it is slower, not useless.</summary>
    public static bool Ready(HealthPhase phase, IReadOnlyList<HealthEntry> entries) =>
        phase == HealthPhase.Ready
        && entries.All(e => e.Level != HealthLevel.Unhealthy || !e.Tags.Contains(HealthNames.ReadyTag));

    public static int StatusCode(HealthLevel level) =>
        level == HealthLevel.Unhealthy ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK;
}
