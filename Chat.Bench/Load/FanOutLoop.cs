namespace Chat.Bench.Load;

/// <summary>
/// Sends to one group with a bounded number of messages not yet delivered to everybody. A receipt alone would not bound
/// the load: a durable server answers after the commit, long before the thousandth member has the message.
/// </summary>
internal sealed class FanOutLoop : ILoad
{
    private const int Remembered = 4096;

    /// <summary>One member in so many has its latencies recorded; recording all would cost the server the core.</summary>
    private const int Sampled = 16;

    private readonly Crowd _crowd;
    private readonly int _senders;
    private readonly int _window;
    private readonly long[] _sentAt = new long[Remembered];
    private long _sent;
    private long _receipts;
    private long _delivered;
    private volatile bool _running;

    public FanOutLoop(Crowd crowd, int senders, int window)
    {
        (_crowd, _senders, _window) = (crowd, senders, window);
        crowd.Attach(this);
    }

    public Histogram DeliveryTimes { get; set; } = new();

    public long Deliveries => Volatile.Read(ref _delivered);

    public long Receipts => Volatile.Read(ref _receipts);

    public void Start()
    {
        _running = true;
        SendWhatFits();
    }

    /// <summary>Stops sending; returns how many deliveries were still missing in the end.</summary>
    public Task<long> StopAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        _running = false;
        return Drain.WaitAsync(() => (Volatile.Read(ref _sent) * _crowd.Connections.Count) - Deliveries, patience, cancellationToken);
    }

    public void OnReceipt(ChatConnection connection, uint number, bool ok, long now)
    {
        if (ok)
        {
            Interlocked.Increment(ref _receipts);
        }
    }

    public void OnEvent(ChatConnection connection, uint sender, uint number, long now)
    {
        if (connection.Index % Sampled == 0)
        {
            DeliveryTimes.Record(Clock.Microseconds(Volatile.Read(ref _sentAt[IndexOf(sender, number) % Remembered]), now));
        }

        // Exactly one thread sees each message's worth of deliveries completed.
        if (Interlocked.Increment(ref _delivered) % _crowd.Connections.Count == 0)
        {
            SendWhatFits();
        }
    }

    private long IndexOf(uint sender, uint number) => ((long)number * _senders) + sender;

    private void SendWhatFits()
    {
        while (_running)
        {
            var sent = Volatile.Read(ref _sent);
            if (sent - (Volatile.Read(ref _delivered) / _crowd.Connections.Count) >= _window)
            {
                return;
            }

            if (Interlocked.CompareExchange(ref _sent, sent + 1, sent) == sent)
            {
                Volatile.Write(ref _sentAt[sent % Remembered], Clock.Now);
                var sender = _crowd.Connections[(int)(sent % _senders)];
                sender.Send((uint)(sent / _senders));
                sender.Flush();
            }
        }
    }
}
