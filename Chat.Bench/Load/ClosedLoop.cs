namespace Chat.Bench.Load;

/// <summary>Totals of a closed loop at one moment.</summary>
/// <param name="Receipts">Sends answered with a receipt.</param>
/// <param name="Deliveries">Messages that reached the other side.</param>
/// <param name="Echoes">Own messages that came back over the sender's connection.</param>
internal readonly record struct LoopTotals(long Receipts, long Deliveries, long Echoes)
{
    public static LoopTotals operator -(LoopTotals a, LoopTotals b) =>
        new(a.Receipts - b.Receipts, a.Deliveries - b.Deliveries, a.Echoes - b.Echoes);
}

/// <summary>
/// Keeps a fixed number of sends in flight on every connection: the next one goes out when a receipt comes in. Shows
/// throughput; its latencies are those at full load.
/// </summary>
internal sealed class ClosedLoop : ILoad
{
    /// <summary>Sends whose time is remembered; deliveries further behind than this are not timed.</summary>
    private const int Remembered = 4096;

    private static readonly TimeSpan PauseAfterRefusal = TimeSpan.FromMilliseconds(50);

    private readonly Crowd _crowd;
    private readonly Sender[] _senders;
    private readonly int _inFlight;
    private volatile bool _running;

    public ClosedLoop(Crowd crowd, int inFlightPerConnection)
    {
        _crowd = crowd;
        _inFlight = inFlightPerConnection;
        _senders = [.. crowd.Connections.Select(_ => new Sender())];
        crowd.Attach(this);
    }

    /// <summary>From the send to its receipt; replaced when the measured window begins.</summary>
    public Histogram ReceiptTimes { get; set; } = new();

    /// <summary>From the send to its arrival at the other side.</summary>
    public Histogram DeliveryTimes { get; set; } = new();

    public LoopTotals Totals => _senders.Aggregate(default(LoopTotals), (sum, s) => new LoopTotals(
        sum.Receipts + Volatile.Read(ref s.Receipts), sum.Deliveries + Volatile.Read(ref s.Deliveries), sum.Echoes + Volatile.Read(ref s.Echoes)));

    public void Start()
    {
        _running = true;
        foreach (var connection in _crowd.Senders)
        {
            for (var i = 0; i < _inFlight; i++)
            {
                SendNext(connection);
            }

            connection.Flush();
        }
    }

    /// <summary>Stops sending and waits for what is still under way; returns how many acknowledged messages never arrived.</summary>
    public async Task<long> StopAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        _running = false;
        return await Drain.WaitAsync(Missing, patience, cancellationToken);
    }

    public void OnReceipt(ChatConnection connection, uint number, bool ok, long now)
    {
        var sender = _senders[connection.Index];
        if (!ok)
        {
            _ = RetryLaterAsync(connection);
            return;
        }

        Volatile.Write(ref sender.Receipts, sender.Receipts + 1);
        ReceiptTimes.Record(Clock.Microseconds(sender.SentAt[number % Remembered], now));
        if (_running)
        {
            SendNext(connection);
        }
    }

    public void OnEvent(ChatConnection connection, uint sender, uint number, long now)
    {
        var receiver = _senders[connection.Index];
        if (sender == connection.Index)
        {
            Volatile.Write(ref receiver.Echoes, receiver.Echoes + 1);
            return;
        }

        Volatile.Write(ref receiver.Deliveries, receiver.Deliveries + 1);
        var peer = _senders[sender];
        if (Volatile.Read(ref peer.Next) - number < Remembered)
        {
            DeliveryTimes.Record(Clock.Microseconds(peer.SentAt[number % Remembered], now));
        }
    }

    private long Missing()
    {
        var totals = Totals;
        var sent = _senders.Sum(s => Volatile.Read(ref s.Next) - Volatile.Read(ref s.Refused));
        return Math.Max(sent - totals.Receipts, totals.Receipts - totals.Deliveries);
    }

    private void SendNext(ChatConnection connection)
    {
        var sender = _senders[connection.Index];
        var number = (uint)(Interlocked.Increment(ref sender.Next) - 1);
        sender.SentAt[number % Remembered] = Clock.Now;
        connection.Send(number);
    }

    private async Task RetryLaterAsync(ChatConnection connection)
    {
        Interlocked.Increment(ref _senders[connection.Index].Refused);
        await Task.Delay(PauseAfterRefusal, TimeProvider.System);
        if (_running)
        {
            SendNext(connection);
            connection.Flush();
        }
    }

    /// <summary>Written by the connection's own reading, one at a time; read by whoever sums up.</summary>
    private sealed class Sender
    {
        public readonly long[] SentAt = new long[Remembered];
        public long Next;
        public long Receipts;
        public long Deliveries;
        public long Echoes;
        public long Refused;
    }
}
