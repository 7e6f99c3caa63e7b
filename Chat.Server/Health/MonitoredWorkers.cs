using Chat.Server.Workers.Ports;

namespace Chat.Server.Health;

/// <summary>The facts as the supervisor knows them, in every process of the node.</summary>
internal sealed class MonitoredWorkers(IWorkersMonitor monitor, TimeProvider time) : IWorkerFacts
{
    public WorkerFacts Current
    {
        get
        {
            var snapshot = monitor.Current;
            var now = time.GetUtcNow();
            return new WorkerFacts(snapshot.Total, snapshot.Healthy, [.. snapshot.Workers.Select(w => new WorkerFact(
                w.Id,
                Name(w.State),
                w.State is WorkerState.Starting or WorkerState.Healthy or WorkerState.Draining or WorkerState.Unresponsive ? now - w.StartedAt : null,
                w.Crashes,
                w.Restarts,
                Reason(w.LastExit)))]);
        }
    }

    private static string Name(WorkerState state) => state switch
    {
        WorkerState.Starting => "starting",
        WorkerState.Healthy => "healthy",
        WorkerState.Draining => "draining",
        WorkerState.Unresponsive => "unresponsive",
        WorkerState.Crashed => "crashed",
        WorkerState.BackingOff => "backing_off",
        WorkerState.Failed => "failed",
        _ => "stopped",
    };

    private static string Reason(WorkerExit? exit) => exit switch
    {
        null or { Reason: ExitReason.Requested } => "",
        { Reason: ExitReason.OutOfMemory } => "oom",
        { Reason: ExitReason.Hung } => "hang",
        { Signal: not null } => "signal",
        _ => "exit",
    };
}
