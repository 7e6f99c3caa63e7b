using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Chat.Contracts;

namespace Chat.Tests.Faults.Checker;

/// <summary>
/// Records what clients saw, from any thread, as <see cref="HistoryChecker"/> judges it afterwards. The order of the records
/// is the order of the calls: a client records a reception before the next one.
/// </summary>
internal sealed class History(string proc = "test")
{
    private readonly Lock _lock = new();
    private readonly List<HistoryEvent> _events = [];
    private readonly long _start = Stopwatch.GetTimestamp();
    private TaskCompletionSource _changed = NewSignal();
    private long _calls;

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _events.Count;
            }
        }
    }

    /// <summary>Ends at the next record.</summary>
    public Task Changed
    {
        get
        {
            lock (_lock)
            {
                return _changed.Task;
            }
        }
    }

    public static History Load(IEnumerable<string> lines)
    {
        var history = new History();
        foreach (var line in lines.Where(l => l.Length > 0))
        {
            history.Append(HistoryEvent.Parse(line));
        }

        return history;
    }

    public IReadOnlyList<HistoryEvent> Snapshot()
    {
        lock (_lock)
        {
            return [.. _events];
        }
    }

    /// <summary>One JSON line an event.</summary>
    public void Save(string path) => File.WriteAllLines(path, Snapshot().Select(e => e.ToJson()));

    /// <summary>Records a send that is about to go out; its answer is told to what this returns.</summary>
    public SendCall Send(string user, string conversation, string id, string? connection = null, JsonElement? body = null)
    {
        var call = new SendCall(this, user, conversation, id, Interlocked.Increment(ref _calls));
        Record(new HistoryEvent
        {
            Op = HistoryOp.Send, User = user, Conv = conversation, ClientMsgId = id, Conn = connection, Call = call.Number, Body = Hash(body),
        });
        return call;
    }

    /// <summary>An event was handed to the application of this user's device.</summary>
    public void Received(string user, string? device, ChatEvent received, string? connection = null) =>
        Record(Arrival(HistoryOp.Recv, user, device, received, connection));

    /// <summary>An event arrived, before any de-duplication.</summary>
    public void Arrived(string user, string? device, ChatEvent received, string? connection = null) =>
        Record(Arrival(received.Attempt is null ? HistoryOp.Wire : HistoryOp.Replay, user, device, received, connection));

    /// <summary>The user is entitled to the conversation from this seq on; with a device, that device only.</summary>
    public void Joined(string user, string conversation, long seq = 1, string? device = null) =>
        Record(new HistoryEvent { Op = HistoryOp.Join, User = user, Device = device, Conv = conversation, Seq = seq });

    /// <summary>The user (or the device) left with the event of this seq: nothing after it is theirs, that event itself may be.</summary>
    public void Left(string user, string conversation, long seq, string? device = null) =>
        Record(new HistoryEvent { Op = HistoryOp.Leave, User = user, Device = device, Conv = conversation, Seq = seq });

    public void Connected(string user, string? device, string? connection = null) =>
        Record(new HistoryEvent { Op = HistoryOp.Conn, User = user, Device = device, Conn = connection });

    public void Disconnected(string user, string? device, string? connection = null, string? note = null) =>
        Record(new HistoryEvent { Op = HistoryOp.Disc, User = user, Device = device, Conn = connection, Note = note });

    /// <summary>The server announced that these events will not come.</summary>
    public void Gap(string user, string? device, string conversation, long from, long to, string reason) =>
        Record(new HistoryEvent { Op = HistoryOp.Gap, User = user, Device = device, Conv = conversation, Seq = from, To = to, Note = reason });

    public void Fault(string what) => Record(new HistoryEvent { Op = HistoryOp.Fault, Note = what });

    /// <summary>Adds time and process.</summary>
    public void Record(HistoryEvent what)
    {
        lock (_lock)
        {
            AppendHoldingLock(what with { T = Stopwatch.GetElapsedTime(_start).TotalMilliseconds, Proc = proc });
        }
    }

    /// <summary>As it is, with a time of its own.</summary>
    public void Append(HistoryEvent what)
    {
        lock (_lock)
        {
            AppendHoldingLock(what);
        }
    }

    private static HistoryEvent Arrival(HistoryOp op, string user, string? device, ChatEvent received, string? connection) => new()
    {
        Op = op,
        User = user,
        Device = device,
        Conn = connection,
        Conv = received.Conversation,
        Epoch = received.Epoch,
        Seq = received.Seq,
        ServerId = received.Seq is { } seq ? $"{received.Conversation}/{received.Epoch}/{seq}" : null,
        ClientMsgId = received.Id,
        Sender = received.Sender,
        Type = received.Type,
        Body = Hash(received.Body),
    };

    // Of the canonical form: the server may write the same JSON with other blanks and escapes.
    private static string? Hash(JsonElement? body) => body is { ValueKind: not JsonValueKind.Undefined and not JsonValueKind.Null } content
        ? Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(content))))[..16]
        : null;

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void AppendHoldingLock(HistoryEvent what)
    {
        _events.Add(what);
        var changed = _changed;
        _changed = NewSignal();
        changed.SetResult();
    }
}
