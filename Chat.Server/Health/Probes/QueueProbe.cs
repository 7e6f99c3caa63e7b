using Microsoft.Extensions.Options;

namespace Chat.Server.Health.Probes;

internal sealed class QueueProbe(IQueueFacts facts, IOptions<HealthOptions> options) : IInstantProbe
{
    public string Name => HealthNames.Queue;

    public IReadOnlyList<string> Tags { get; } = [];

    public ProbeResult Now
    {
        get
        {
            if (facts.Current is not { } now)
            {
                return ProbeResult.Healthy("nothing is owed");
            }

            var age = (long)now.OldestAge.TotalSeconds;
            var data = new Dictionary<string, object?> { ["depth"] = now.Depth, ["oldestAge"] = age };
            return now.OldestAge > options.Value.QueueAgeLimit
                ? ProbeResult.Degraded($"{now.Depth} events owed to connected devices, the oldest for {age} s", data)
                : ProbeResult.Healthy($"{now.Depth} events owed to connected devices", data);
        }
    }
}
