namespace Chat.Bench.Load;

/// <summary>
/// Sends at a fixed rate whatever the server does, round robin over the connections, and counts every latency from the
/// moment the message was due (no coordinated omission).
/// </summary>
internal sealed class OpenLoop : ILoad
{
    /// <summary>Messages of one connection whose due time is remembered: minutes, at any rate that one connection sends.</summary>
    private const int Remembered = 1 << 15;

    private readonly Crowd _crowd;
    private readonly long[][] _dueAt;
    private readonly int[] _next;
    private long _receipts;
    private long _deliveries;
    private long _sent;

    public OpenLoop(Crowd crowd)
    {
        _crowd = crowd;
        _dueAt = [.. crowd.Connections.Select(_ => new long[Remembered])];
        _next = new int[crowd.Connections.Count];
        crowd.Attach(this);
    }

    /// <summary>From the due time to the sender's receipt.</summary>
    public Histogram ReceiptTimes { get; } = new();

    /// <summary>From the due time to the recipient's receipt of the event.</summary>
    public Histogram DeliveryTimes { get; } = new();

    /// <summary>How late the load client itself was; what it adds to every latency.</summary>
    public Histogram Lateness { get; } = new();

    public long Sent => Volatile.Read(ref _sent);

    /// <summary>Sends for <paramref name="warm"/> without recording and for <paramref name="window"/> with; then waits for the rest.</summary>
    /// <returns>How many measured messages had no receipt or did not arrive; they are recorded with the time waited.</returns>
    public async Task<long> RunAsync(int rate, TimeSpan warm, TimeSpan window, TimeSpan patience, CancellationToken cancellationToken)
    {
        var skip = (long)(rate * warm.TotalSeconds);
        var total = skip + (long)(rate * window.TotalSeconds);
        var schedule = new Schedule(Clock.Now + (Clock.TicksPerSecond / 100), rate, Clock.TicksPerSecond);

        // A thread of its own: a pool thread that sleeps would be missed by the receiving side.
        var pacer = Task.Factory.StartNew(() => Pace(schedule, skip, total, cancellationToken), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await pacer;

        var measured = total - skip;
        var missing = await Drain.WaitAsync(() => measured - Math.Min(Volatile.Read(ref _receipts), Volatile.Read(ref _deliveries)), patience, cancellationToken);
        RecordMissing(DeliveryTimes, measured - Volatile.Read(ref _deliveries), patience);
        RecordMissing(ReceiptTimes, measured - Volatile.Read(ref _receipts), patience);
        return missing;
    }

    public void OnReceipt(ChatConnection connection, uint number, bool ok, long now)
    {
        var due = Volatile.Read(ref _dueAt[connection.Index][number % Remembered]);
        if (due != 0 && ok)
        {
            ReceiptTimes.Record(Clock.Microseconds(due, now));
            Interlocked.Increment(ref _receipts);
        }
    }

    public void OnEvent(ChatConnection connection, uint sender, uint number, long now)
    {
        var due = Volatile.Read(ref _dueAt[sender][number % Remembered]);
        if (due != 0 && sender != connection.Index)
        {
            DeliveryTimes.Record(Clock.Microseconds(due, now));
            Interlocked.Increment(ref _deliveries);
        }
    }

    private static void RecordMissing(Histogram histogram, long missing, TimeSpan waited)
    {
        for (var i = 0L; i < missing; i++)
        {
            histogram.Record((long)waited.TotalMicroseconds);
        }
    }

    private void Pace(Schedule schedule, long skip, long total, CancellationToken cancellationToken)
    {
        for (var i = 0L; i < total && !cancellationToken.IsCancellationRequested; i++)
        {
            var due = schedule.DueAt(i);
            Clock.SleepUntil(due);
            var connection = _crowd.Senders[(int)(i % _crowd.Senders.Count)];
            var number = _next[connection.Index]++;

            // 0 marks a message of the warm-up.
            Volatile.Write(ref _dueAt[connection.Index][number % Remembered], i < skip ? 0 : due);
            connection.Send((uint)number);
            connection.Flush();
            Volatile.Write(ref _sent, i + 1);
            if (i >= skip)
            {
                Lateness.Record(Clock.Microseconds(due, Clock.Now));
            }
        }
    }
}
