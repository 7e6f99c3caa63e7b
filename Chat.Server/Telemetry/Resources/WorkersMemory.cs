using Chat.Server.Telemetry.Metrics;

namespace Chat.Server.Telemetry.Resources;

/// <summary>The workers' memory as their heartbeats told it.</summary>
internal sealed class WorkersMemory(MetricsBook workers) : IChildMemory
{
    public long WorkingSet => (long)workers.Current()
        .SelectMany(snapshot => snapshot.Families)
        .Where(family => family.Name == "dotnet.process.memory.working_set")
        .SelectMany(family => family.Series)
        .Sum(series => series.Value);
}
