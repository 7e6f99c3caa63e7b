using System.Text.Json;
using Chat.Server.Workers.Ports;
using Chat.Server.Workers.Supervision;
using Microsoft.Extensions.Options;

namespace Chat.Server.Workers.Runtime;

/// <summary>Everything in one process: it watches itself, as far as one can.</summary>
internal sealed class SoleProcess(
    Heart heart,
    DrainRun drain,
    DrainState state,
    Answers answers,
    RuntimeSettings settings,
    EventBoard board,
    IOptions<WorkersOptions> options,
    TimeProvider time)
    : IHostedLifecycleService, IWorkersMonitor, IWorkerCommands, IWorkerQuestions, IWorkerJournal
{
    public const string Id = "w1";

    private readonly DateTimeOffset _startedAt = time.GetUtcNow();
    private Task _telling = Task.CompletedTask;
    private volatile bool _ready;
    private volatile WorkerBeat? _beat;
    private long _beatAt;

    public event Action<WorkerEvent>? Happened
    {
        add => board.Happened += value;
        remove => board.Happened -= value;
    }

    public event Action<WorkerBeat>? Beat
    {
        add => board.Beat += value;
        remove => board.Beat -= value;
    }

    public WorkersSnapshot Current => WorkersSnapshot.Of(time.GetUtcNow(), [Describe()], [], rolling: null);

    public IReadOnlyList<WorkerEvent> Recent => board.Recent;

    private WorkerState State => state.IsDraining ? WorkerState.Draining : _ready ? WorkerState.Healthy : WorkerState.Starting;

    public IReadOnlyList<LogLine> LogOf(string id) => [];

    public Task StartingAsync(CancellationToken cancellationToken)
    {
        drain.Began += reason => Tell(WorkerEvent.StateKind, WorkerState.Healthy, WorkerState.Draining, reason);
        _telling = board.RunAsync();
        heart.Start(OnBeat);
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        _ready = true;
        Tell(WorkerEvent.StateKind, WorkerState.Starting, WorkerState.Healthy, "ready");
        return Task.CompletedTask;
    }

    public Task StoppingAsync(CancellationToken cancellationToken) => drain.RunAsync(options.Value.DrainWindow, "stopping");

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken)
    {
        board.Complete();
        return _telling;
    }

    public CommandOutcome Restart(string id, TimeSpan? window = null) => CommandOutcome.NotSupervised;

    public CommandOutcome Drain(string id, TimeSpan? window = null) => CommandOutcome.NotSupervised;

    public CommandOutcome Stop(string id) => CommandOutcome.NotSupervised;

    public CommandOutcome Start(string id) => CommandOutcome.NotSupervised;

    public CommandOutcome Kill(string id) => CommandOutcome.NotSupervised;

    public CommandOutcome RestartAll(TimeSpan? window = null) => CommandOutcome.NotSupervised;

    public CommandOutcome Set(string key, string? value)
    {
        settings.Change(key, value);
        return CommandOutcome.Accepted;
    }

    public Task<WorkerAnswer> AskAsync(string workerId, string name, JsonElement body, CancellationToken cancellationToken) =>
        workerId == Id ? answers.AnswerAsync(name, body, cancellationToken) : Task.FromResult(WorkerAnswer.Failed($"There is no worker {workerId}."));

    public void Report(string kind, string text) => Tell(kind, null, null, text);

    private void OnBeat(WorkerVitals vitals, Dictionary<string, JsonElement> parts)
    {
        var beat = new WorkerBeat(time.GetUtcNow(), Id, vitals, parts);
        Volatile.Write(ref _beatAt, time.GetTimestamp());
        _beat = beat;
        board.Tell(beat);
    }

    private void Tell(string kind, WorkerState? from, WorkerState? to, string text) =>
        board.Tell(new WorkerEvent(time.GetUtcNow(), Id, kind, from, to, Exit: null, text));

    private WorkerSnapshot Describe()
    {
        var beat = _beat;
        return new(
            Id,
            Environment.ProcessId,
            State,
            Wanted: true,
            _startedAt,
            Restarts: 0,
            Crashes: 0,
            LastExit: null,
            RetryAt: null,
            beat is null ? null : time.GetElapsedTime(Volatile.Read(ref _beatAt)),
            beat?.Vitals,
            beat?.Parts ?? new Dictionary<string, JsonElement>());
    }
}
