using Chat.Server.Backplane.Failover;
using Chat.Server.Health;

namespace Chat.Server.Backplane;

/// <summary>Redis as health sees it: watched all the time, so it is only read here. Doing without it on purpose is healthy.</summary>
internal sealed class BackplaneProbe(IBackplane backplane, RoundTripProbe probe, TimeProvider time) : IInstantProbe
{
    public string Name => HealthNames.Redis;

    public IReadOnlyList<string> Tags => [];

    public ProbeResult Now
    {
        get
        {
            var status = backplane.Status;
            var result = status switch
            {
                { RedisConfigured: false } => ProbeResult.NotConfigured,
                { Degraded: false } => ProbeResult.Reached("in use"),
                _ => ProbeResult.Unreachable(Describe(status)),
            };
            return result with { Data = Facts(status) };
        }
    }

    private Dictionary<string, object?> Facts(BackplaneStatus status) => new()
    {
        ["mode"] = BackplaneMetrics.Name(status.Mode),
        ["responseTime"] = status.Degraded || probe.Last is not { } took ? null : (long)Math.Round(took.TotalMilliseconds),
    };

    private string Describe(BackplaneStatus status) =>
        $"{status.Reason} for {(long)(time.GetUtcNow() - status.Since).TotalSeconds} s; "
        + (status.Mode == BackplaneMode.Database ? "other nodes learn from the database" : "only this machine's workers hear each other");
}
