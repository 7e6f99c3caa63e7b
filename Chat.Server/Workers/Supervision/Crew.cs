using System.Diagnostics.Metrics;
using System.Text.Json;
using Chat.Server.Workers.Control;
using Chat.Server.Workers.Ports;
using Microsoft.Extensions.Options;

namespace Chat.Server.Workers.Supervision;

/// <summary>All places of this node, and what goes between them.</summary>
internal sealed class Crew : IWorkersMonitor, IWorkerQuestions, IDisposable
{
    private readonly EventBoard _board;
    private readonly TimeProvider _time;
    private readonly OutputForwarder _output = new(Console.Out);
    private readonly Dictionary<string, string?> _settings = [];
    private readonly Counter<long> _relayDropped;
    private readonly CompanionUse _use;

    public Crew(Roster roster, ProcessPlan plan, ControlServer control, EventBoard board, IChildLauncher launcher, IOptions<WorkersOptions> options, IMeterFactory meters, TimeProvider time)
    {
        _relayDropped = meters.Create("Chat.Workers").CreateCounter<long>("chat.worker.relay.dropped", "{message}", "Relayed payloads that a worker was too slow to take.");
        _board = board;
        _time = time;
        _use = new(time);
        var context = new SlotContext(launcher, options.Value, time, Environment, board.Tell, _output.Forward);
        Workers = [.. roster.Workers.Select(child => new ChildSlot(child, context))];
        Companions = [.. roster.Companions.Select(child => new ChildSlot(child, context))];

        IReadOnlyDictionary<string, string> Environment(ChildProcess child, string key, bool isMissed) => child.Kind is ChildKind.Worker
            ? new WorkerIdentity(child.Id, roster.Workers.Count, control.SocketPath, key, plan.Public) { IsMissed = isMissed }.ToEnvironment()
            : new Dictionary<string, string>();
    }

    public event Action<WorkerBeat>? Beat
    {
        add => _board.Beat += value;
        remove => _board.Beat -= value;
    }

    public event Action<WorkerEvent>? Happened
    {
        add => _board.Happened += value;
        remove => _board.Happened -= value;
    }

    public IReadOnlyList<ChildSlot> Workers { get; }

    public IReadOnlyList<ChildSlot> Companions { get; }

    /// <summary>The restart of all that runs or ran last.</summary>
    public RollingRestart? Rolling { get; set; }

    public WorkersSnapshot Current => WorkersSnapshot.Of(
        _time.GetUtcNow(),
        [.. Workers.Select(slot => slot.Describe())],
        [.. Companions.Select(slot => _use.Of(slot.Describe()))],
        Rolling);

    public IReadOnlyList<WorkerEvent> Recent => _board.Recent;

    public ChildSlot? Find(string id) => Workers.Concat(Companions).FirstOrDefault(slot => slot.Id == id);

    public IReadOnlyList<LogLine> LogOf(string id) => Find(id)?.Lines ?? [];

    public async Task<WorkerAnswer> AskAsync(string workerId, string name, JsonElement body, CancellationToken cancellationToken) =>
        Find(workerId)?.Link is { } link
            ? await link.AskAsync(name, body, cancellationToken)
            : WorkerAnswer.Failed($"{workerId} cannot be asked now.");

    /// <summary>Serves one worker's connection until it ends; false: no start of ours waits for it.</summary>
    public async Task<bool> ServeAsync(Hello hello, WorkerLink link, CancellationToken cancellationToken)
    {
        if (Workers.FirstOrDefault(slot => slot.Id == hello.Id) is not { } slot || !slot.Attach(hello, link))
        {
            return false;
        }

        lock (_settings)
        {
            foreach (var (key, value) in _settings)
            {
                link.Send(new Set(key, value));
            }
        }

        await link.RunAsync(message => OnMessage(slot, link, message), payload => RelayFrom(slot, payload), cancellationToken);
        return true;
    }

    /// <summary>To all workers, also to those that start later.</summary>
    public void Set(string key, string? value)
    {
        lock (_settings)
        {
            _settings[key] = value;
            Broadcast(new Set(key, value));
        }
    }

    /// <summary>Looks what the companions use; reads files.</summary>
    public void Measure()
    {
        foreach (var slot in Companions)
        {
            _use.Measure(slot.Describe());
        }
    }

    public void TellFleet()
    {
        // Most of what the features put into the beats stays here: workers need each other's state, not each other's meters.
        var snapshot = Current;
        Broadcast(new Fleet(snapshot with { Workers = [.. snapshot.Workers.Select(w => w with { Parts = w.Parts.Where(p => p.Key.StartsWith(IHeartbeatPart.ForAll, StringComparison.Ordinal)).ToDictionary() })] }));
    }

    public void Dispose() => _output.Dispose();

    private void Broadcast(ControlMessage message)
    {
        foreach (var slot in Workers)
        {
            slot.Link?.Send(message);
        }
    }

    private void OnMessage(ChildSlot slot, WorkerLink link, ControlMessage message)
    {
        slot.OnMessage(link, message);
        if (message is Beat beat)
        {
            _board.Tell(new WorkerBeat(_time.GetUtcNow(), slot.Id, beat.Vitals, beat.Parts));
        }
    }

    private void RelayFrom(ChildSlot from, ReadOnlyMemory<byte> payload)
    {
        foreach (var slot in Workers)
        {
            if (slot != from && slot.Link?.Relay(payload) is false)
            {
                _relayDropped.Add(1);
            }
        }
    }
}
