using Chat.Server.Workers.Ports;

namespace Chat.Server.Telemetry.Metrics;

/// <summary>Takes the workers' numbers out of their heartbeats.</summary>
internal sealed class MetricsIntake(NodeMetrics node, IWorkersMonitor? workers = null) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (workers is not null)
        {
            workers.Beat += OnBeat;
            workers.Happened += OnHappened;
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        if (workers is not null)
        {
            workers.Beat -= OnBeat;
            workers.Happened -= OnHappened;
        }

        return Task.CompletedTask;
    }

    private void OnBeat(WorkerBeat beat)
    {
        if (beat.Parts.TryGetValue(MetricsPart.PartName, out var part) && part.TryGetBytesFromBase64(out var bytes))
        {
            node.Receive(beat.WorkerId, bytes);
        }
    }

    private void OnHappened(WorkerEvent happened)
    {
        if (happened.To is WorkerState.Crashed or WorkerState.BackingOff or WorkerState.Failed or WorkerState.Stopped)
        {
            node.Gone(happened.WorkerId);
        }
    }
}
