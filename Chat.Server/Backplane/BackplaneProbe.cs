using Chat.Server.Health;

namespace Chat.Server.Backplane;

/// <summary>Redis as health sees it: watched all the time, so it is only read here. Doing without it on purpose is healthy.</summary>
internal sealed class BackplaneProbe(IBackplane backplane, TimeProvider time) : IInstantProbe
{
    public string Name => HealthNames.Redis;

    public IReadOnlyList<string> Tags => [];

    public ProbeResult Now => backplane.Status switch
    {
        { RedisConfigured: false } => ProbeResult.NotConfigured,
        { Degraded: false } => ProbeResult.Reached("in use"),
        var status => ProbeResult.Unreachable(Describe(status)),
    };

    private string Describe(BackplaneStatus status) =>
        $"{status.Reason} for {(long)(time.GetUtcNow() - status.Since).TotalSeconds} s; "
        + (status.Mode == BackplaneMode.Database ? "other nodes learn from the database" : "only this machine's workers hear each other");
}
