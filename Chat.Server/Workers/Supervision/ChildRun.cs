using System.Text.Json;
using Chat.Server.Workers.Control;
using Chat.Server.Workers.Ports;

namespace Chat.Server.Workers.Supervision;

/// <summary>One life of a child, from its start to its exit. Guarded by its slot's lock.</summary>
internal sealed class ChildRun(int generation, string key, ChildKind kind, IRunningChild process, TimeProvider time)
{
    // A companion cannot say that it is ready; one that lasted this long has started.
    private static readonly TimeSpan CompanionStart = TimeSpan.FromSeconds(5);

    private readonly long _launched = time.GetTimestamp();
    private long _lastBeat = time.GetTimestamp();
    private long? _ready;
    private KilledFor _killedFor;
    private OomEvidence? _oom;
    private TimeSpan _deadline = TimeSpan.MaxValue;
    private ITimer? _overrun;

    public int Generation => generation;

    public int Pid => process.Pid;

    public Task<int> Exited => process.Exited;

    public WorkerLink? Link { get; private set; }

    public WorkerVitals? Vitals { get; private set; }

    public IReadOnlyDictionary<string, JsonElement> Parts { get; private set; } = new Dictionary<string, JsonElement>();

    /// <summary>Asked to go, by an operator or because the node goes.</summary>
    public bool Requested { get; private set; }

    public TimeSpan Served => _ready is { } ready ? time.GetElapsedTime(ready) : TimeSpan.Zero;

    public TimeSpan? Silent => Link is null ? null : time.GetElapsedTime(_lastBeat);

    public bool TryAttach(string shownKey, WorkerLink link)
    {
        if (Link is not null || shownKey != key)
        {
            return false;
        }

        Link = link;
        _lastBeat = time.GetTimestamp();
        if (Requested)
        {
            // Asked to go before it could hear; the signal that was sent instead may have come before its handler.
            link.Send(new Drain(TimeSpan.Zero, "stopped while starting"));
        }

        return true;
    }

    public void BecameReady() => _ready = time.GetTimestamp();

    public void Took(Beat beat, OomEvidence? oom)
    {
        _lastBeat = time.GetTimestamp();
        Vitals = beat.Vitals;
        Parts = beat.Parts;
        _oom = oom;
    }

    /// <summary>Looks for the heartbeat and ends a process whose silence lasted too long.</summary>
    public HeartbeatVerdict Watch(WorkersOptions options, bool forgive)
    {
        if (kind is ChildKind.Companion || _killedFor is not KilledFor.Nothing)
        {
            return HeartbeatVerdict.Fine;
        }

        _lastBeat = forgive ? time.GetTimestamp() : _lastBeat;
        var verdict = HeartbeatPolicy.Decide(Silent ?? TimeSpan.Zero, _ready is not null, time.GetElapsedTime(_launched), options);
        if (verdict is HeartbeatVerdict.Hung or HeartbeatVerdict.NeverReady)
        {
            Kill(verdict is HeartbeatVerdict.Hung ? KilledFor.NoHeartbeat : KilledFor.NeverReady);
        }

        return verdict;
    }

    /// <summary>Asked again, the earlier deadline counts.</summary>
    public void SendAway(TimeSpan window, TimeSpan grace, string reason, Action onOverrun)
    {
        var deadline = time.GetElapsedTime(_launched) + window;
        if (deadline >= _deadline)
        {
            return;
        }

        _deadline = deadline;
        Requested = true;
        if (Link?.Send(new Drain(window, reason)) is not true)
        {
            process.Terminate();
        }

        _overrun?.Dispose();
        _overrun = time.CreateTimer(_ => onOverrun(), null, window + grace, Timeout.InfiniteTimeSpan);
    }

    public void Kill(KilledFor reason)
    {
        _killedFor = reason;
        process.Kill();
    }

    public ExitFacts End(int code, IReadOnlyList<LogLine> lastLines)
    {
        _overrun?.Dispose();
        process.Dispose();
        return new(
            code,
            WasReady: _ready is not null && (kind is ChildKind.Worker || Served >= CompanionStart),
            Requested,
            _killedFor,
            OutOfMemory: (code == OomEvidence.KilledCode && _oom?.HasRisen() is true) || (code != 0 && OomEvidence.Confessed(lastLines)));
    }
}
