using System.Text.Json;
using Chat.Server.Workers.Control;
using Chat.Server.Workers.Ports;

namespace Chat.Server.Workers.Supervision;

/// <summary>What is known about one place over all its processes, and the telling of every change. Guarded by its slot's lock.</summary>
internal sealed class ChildRecord(string id, TimeProvider time, Action<WorkerEvent> tell)
{
    private DateTimeOffset? _startedAt;
    private DateTimeOffset? _retryAt;
    private WorkerExit? _lastExit;
    private int _crashes;

    public WorkerState State { get; private set; } = WorkerState.Stopped;

    /// <summary>How often a process was started here; its number, too.</summary>
    public int Generation { get; private set; }

    public int Streak { get; private set; }

    public DateTimeOffset? StartedAt => _startedAt;

    /// <summary>The last process did not leave because it was asked to.</summary>
    public bool IsMissed => _lastExit is { Reason: not ExitReason.Requested };

    public int NextStart()
    {
        Generation++;
        _startedAt = time.GetUtcNow();
        _retryAt = null;
        Move(WorkerState.Starting, Generation == 1 ? "first start" : $"restart {Generation - 1}");
        return Generation;
    }

    public void Ended(WorkerExit exit, RestartDecision decision)
    {
        _lastExit = exit;
        if (exit.Reason is not ExitReason.Requested)
        {
            _crashes++;
        }

        switch (decision)
        {
            case RestartDecision.GiveUp giveUp:
                Move(WorkerState.Failed, $"{exit.Text}. {giveUp.Why}", exit);
                break;
            case RestartDecision.StartAgain again:
                Streak = again.Streak;
                Move(exit.Reason is ExitReason.Requested ? WorkerState.Stopped : WorkerState.Crashed, exit.Text, exit);
                if (again.Delay > TimeSpan.Zero)
                {
                    _retryAt = exit.At + again.Delay;
                    Move(WorkerState.BackingOff, $"next start in {again.Delay.TotalSeconds:0.##} s");
                }

                break;
            default:
                Move(WorkerState.Stopped, exit.Text, exit);
                break;
        }
    }

    public void Move(WorkerState to, string text, WorkerExit? exit = null)
    {
        var from = State;
        State = to;
        tell(new(time.GetUtcNow(), id, WorkerEvent.StateKind, from, to, exit, text));
    }

    /// <summary>What the process itself says, as far as it changes the state or is to be told.</summary>
    public void Heard(ControlMessage message)
    {
        switch (message)
        {
            case Beat when State is WorkerState.Unresponsive:
                Move(WorkerState.Healthy, "its heartbeat is back");
                break;
            case Draining draining when State is not WorkerState.Draining:
                Move(WorkerState.Draining, draining.Reason);
                break;
            case Report report:
                tell(new(time.GetUtcNow(), id, report.About, null, null, null, report.Text));
                break;
        }
    }

    public WorkerSnapshot Describe(ChildRun? run, bool wanted) => new(
        id,
        run?.Pid,
        State,
        wanted,
        _startedAt,
        Math.Max(0, Generation - 1),
        _crashes,
        _lastExit,
        _retryAt,
        run?.Silent,
        run?.Vitals,
        run?.Parts ?? new Dictionary<string, JsonElement>());
}
