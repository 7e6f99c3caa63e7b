using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using Chat.Bench.Wire;

namespace Chat.Bench.Load;

/// <summary>What a scenario wants to know. Calls for one connection never overlap; those of two do.</summary>
internal interface ILoad
{
    /// <summary>The answer to message <paramref name="number"/> of <paramref name="connection"/>.</summary>
    void OnReceipt(ChatConnection connection, uint number, bool ok, long now);

    /// <summary>A message of this run arrived: number <paramref name="number"/> of the connection <paramref name="sender"/>.</summary>
    void OnEvent(ChatConnection connection, uint sender, uint number, long now);
}

/// <summary>One user's connection, behaving as a good client does: it tracks positions, acknowledges cumulatively and pings.</summary>
internal sealed class ChatConnection : IWireHandler, IDisposable
{
    /// <summary>Acknowledge at once when that many events wait, without waiting for the timer.</summary>
    private const int AckAtOnce = 64;

    private static readonly byte[] PingFrame = WebSocketText.Frame("{\"type\":6}\u001e"u8);

    private readonly WireConnection _wire;
    private readonly Positions _positions = new();
    private readonly Tally _tally;
    private readonly ConcurrentDictionary<string, TaskCompletionSource<JsonElement>> _calls = new();
    private readonly Lock _sendGate = new();
    private readonly uint _run;
    private int _lastCall;
    private int _unacknowledged;

    public ChatConnection(uint run, uint index, string user, int receiveBuffer, Tally tally)
    {
        (_run, Index, User, _tally) = (run, index, user, tally);
        _wire = new WireConnection(this, receiveBuffer);
    }

    public uint Index { get; }

    public string User { get; }

    /// <summary>Who is told of receipts and events; set while no load runs.</summary>
    public ILoad? Load { get; set; }

    /// <summary>Off for the measurement of what a send alone writes.</summary>
    public bool Acknowledges { get; set; } = true;

    /// <summary>Used by <see cref="Send"/>; set once the conversation is known.</summary>
    public SendTemplate? Template { get; set; }

    public Task OpenAsync(WireAddress address, IPAddress? source, CancellationToken cancellationToken) =>
        _wire.OpenAsync(address, source, cancellationToken);

    /// <summary>Writes message <paramref name="number"/>; goes out at the end of the current read, or with <see cref="Flush"/>.</summary>
    public void Send(uint number)
    {
        lock (_sendGate)
        {
            _wire.Write(Template!.For(number));
        }
    }

    public void Flush() => _wire.Flush();

    public void Ping()
    {
        _wire.Write(PingFrame);
        _wire.Flush();
    }

    /// <summary>Calls a hub method with one argument given as JSON; throws when the server refuses.</summary>
    public async Task<JsonElement> InvokeAsync(string method, string argument, CancellationToken cancellationToken)
    {
        var id = $"call-{Interlocked.Increment(ref _lastCall)}";
        var answer = new TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously);
        _calls[id] = answer;
        var json = $"{{\"type\":1,\"invocationId\":\"{id}\",\"target\":\"{method}\",\"arguments\":[{argument}]}}\u001e";
        _wire.Write(WebSocketText.Frame(Encoding.UTF8.GetBytes(json)));
        _wire.Flush();

        var completion = await answer.Task.WaitAsync(TimeSpan.FromSeconds(60), cancellationToken);
        if (completion.TryGetProperty("error", out var failure))
        {
            throw new InvalidOperationException($"{method} failed: {failure}");
        }

        var result = completion.GetProperty("result");
        return result.GetProperty("ok").GetBoolean() ? result : throw new InvalidOperationException($"{method} was refused: {result}");
    }

    /// <summary>Acknowledges what has arrived since the last time.</summary>
    public void FlushAck()
    {
        if (!Acknowledges || Interlocked.Exchange(ref _unacknowledged, 0) == 0)
        {
            return;
        }

        var json = new ArrayBuilder(stackalloc byte[512]);
        json.Add("{\"type\":1,\"target\":\"Ack\",\"arguments\":[["u8);
        var any = false;
        foreach (var position in _positions.All)
        {
            if (!position.TryTakeAck(out var seq))
            {
                continue;
            }

            json.Add(any ? ",{\"conversation\":\""u8 : "{\"conversation\":\""u8);
            json.Add(position.Conversation);
            json.Add("\",\"seq\":"u8);
            json.Add(seq);
            json.Add("}"u8);
            any = true;
        }

        if (any)
        {
            json.Add("]]}\u001e"u8);
            Span<byte> header = stackalloc byte[WebSocketText.MaxHeader];
            var length = WebSocketText.WriteHeader(header, json.Written.Length);
            _wire.WriteTwo(header[..length], json.Written);
            _wire.Flush();
        }
    }

    public void OnRecord(ReadOnlySpan<byte> record, long now)
    {
        if (EventScanner.IsEvents(record))
        {
            OnEvents(record, now);
        }
        else if (record.StartsWith("{\"type\":3"u8))
        {
            OnCompletion(record, now);
        }
        else if (!record.StartsWith("{\"type\":6"u8))
        {
            OnRare(record);
        }
    }

    public void OnReadEnd()
    {
        if (Volatile.Read(ref _unacknowledged) >= AckAtOnce)
        {
            FlushAck();
        }
    }

    public void OnClosed(Exception? reason)
    {
        _tally.Add(reason is null ? "closed by the server" : "connection broken");
        foreach (var call in _calls.Values)
        {
            call.TrySetException(new IOException("The connection ended before the answer."));
        }
    }

    public void Dispose() => _wire.Dispose();

    private void OnEvents(ReadOnlySpan<byte> record, long now)
    {
        if (EventScanner.HasRepeat(record))
        {
            _tally.Add("marked as repeat");
        }

        var events = new EventScanner(record);
        var count = 0;
        while (events.MoveNext())
        {
            count++;
            var arrival = _positions.Of(events.Conversation).Receive(events.Seq);
            if (arrival != Arrival.InOrder)
            {
                _tally.Add(arrival == Arrival.AfterHole ? "event after a hole" : "event out of order");
            }

            if (MessageId.TryRead(events.Id, _run, out var sender, out var number))
            {
                Load?.OnEvent(this, sender, number, now);
            }
        }

        Interlocked.Add(ref _unacknowledged, count);
    }

    private void OnCompletion(ReadOnlySpan<byte> record, long now)
    {
        var key = "\"invocationId\":\""u8;
        var id = record[(record.IndexOf(key) + key.Length)..];
        if (!MessageId.TryReadNumber(id, out var number))
        {
            var answer = JsonElement.Parse(record);
            if (_calls.TryRemove(answer.GetProperty("invocationId").GetString()!, out var call))
            {
                call.TrySetResult(answer);
            }

            return;
        }

        var ok = record.IndexOf("\"ok\":true"u8) >= 0;
        if (!ok)
        {
            _tally.Add($"send refused: {Refusal(record)}");
        }

        Load?.OnReceipt(this, number, ok, now);
    }

    private static string Refusal(ReadOnlySpan<byte> record)
    {
        var completion = JsonElement.Parse(record);
        return completion.TryGetProperty("result", out var result) && result.TryGetProperty("error", out var error)
            ? error.GetProperty("code").GetString()!
            : "hub error";
    }

    private void OnRare(ReadOnlySpan<byte> record)
    {
        var message = JsonElement.Parse(record);
        if (message.GetProperty("type").GetInt32() == 7)
        {
            _tally.Add("close message");
            return;
        }

        if (message.TryGetProperty("target", out var target) && target.GetString() == "Notice")
        {
            _tally.Add(Tally.NameOfNotice(message.GetProperty("arguments")[0].GetProperty("kind").GetString()));
        }
    }
}
