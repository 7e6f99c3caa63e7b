using System.Threading.Channels;
using Chat.Server.Workers.Ports;

namespace Chat.Server.Workers.Supervision;

/// <summary>
/// Takes events where they happen (under locks, so it must not call anybody) and hands them on, one after the other, from a loop of its own:
/// who listens may take locks and ask for snapshots.
/// </summary>
internal sealed partial class EventBoard(ILogger<EventBoard> logger)
{
    private readonly Channel<WorkerEvent> _fresh = Channel.CreateUnbounded<WorkerEvent>(new() { SingleReader = true });
    private readonly EventRing _recent = new();

    public event Action<WorkerEvent>? Happened;

    public event Action<WorkerBeat>? Beat;

    public IReadOnlyList<WorkerEvent> Recent => _recent.ToList();

    public void Tell(WorkerEvent happened)
    {
        _recent.Add(happened);
        _fresh.Writer.TryWrite(happened);
    }

    /// <summary>On the caller's thread: a worker's beats come from one thread, and that is the one that must not be lost to a listener's fault.</summary>
    public void Tell(WorkerBeat beat)
    {
        try
        {
            Beat?.Invoke(beat);
        }
        catch (Exception error)
        {
            Log.ListenerFailed(logger, error);
        }
    }

    public void Complete() => _fresh.Writer.TryComplete();

    public async Task RunAsync()
    {
        await foreach (var happened in _fresh.Reader.ReadAllAsync())
        {
            Say(happened);
            try
            {
                Happened?.Invoke(happened);
            }
            catch (Exception error)
            {
                // One listener's fault must not silence the node's events for the others.
                Log.ListenerFailed(logger, error);
            }
        }
    }

    private void Say(WorkerEvent happened)
    {
        switch (happened.To)
        {
            case null:
                Log.Reported(logger, happened.WorkerId, happened.Kind, happened.Text);
                break;
            case WorkerState.Crashed or WorkerState.Failed or WorkerState.Unresponsive:
                Log.Fault(logger, happened.WorkerId, happened.To.Value, happened.Text);
                break;
            default:
                Log.Changed(logger, happened.WorkerId, happened.To.Value, happened.Text);
                break;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3040, LogLevel.Information, "{Worker} is {State}: {Text}")]
        public static partial void Changed(ILogger logger, string worker, WorkerState state, string text);

        [LoggerMessage(3041, LogLevel.Error, "{Worker} is {State}: {Text}")]
        public static partial void Fault(ILogger logger, string worker, WorkerState state, string text);

        [LoggerMessage(3042, LogLevel.Information, "{Worker} reports {Kind}: {Text}")]
        public static partial void Reported(ILogger logger, string worker, string kind, string text);

        [LoggerMessage(3043, LogLevel.Error, "A listener to the workers' events failed.")]
        public static partial void ListenerFailed(ILogger logger, Exception error);
    }
}
