namespace Chat.Server.Telemetry.Metrics;

/// <summary>The numbers of a node: the supervisor's own and those that its workers' heartbeats carry.</summary>
internal sealed partial class NodeMetrics(MetricsCollector own, MetricsBook workers, MetricsHistory history, ILogger<NodeMetrics> logger)
{
    /// <summary>What a worker's heartbeat carried (<see cref="SnapshotCodec"/>). A garbled one is left out: the next comes in a second.</summary>
    public void Receive(string worker, ReadOnlyMemory<byte> snapshot)
    {
        try
        {
            var decoded = SnapshotCodec.Decode(snapshot);
            workers.Receive(decoded with { Source = worker });
        }
        catch (InvalidDataException)
        {
            Log.MetricsGarbled(logger, worker);
        }
    }

    /// <summary>The worker's process has ended: its gauges go, its counters stay.</summary>
    public void Gone(string worker) => workers.Gone(worker);

    public IReadOnlyList<MetricsSnapshot> Current() => [own.Collect(), .. workers.Current()];

    /// <summary>Adds the present to the history.</summary>
    public MetricsView Sample()
    {
        history.Add(Current());
        return history.View();
    }

    private static partial class Log
    {
        [LoggerMessage(3301, LogLevel.Warning, "The metrics in a heartbeat of worker {Worker} could not be read", EventName = nameof(MetricsGarbled))]
        public static partial void MetricsGarbled(ILogger logger, string worker);
    }
}
