using System.Diagnostics.Metrics;

namespace Chat.Server.Delivery;

/// <summary>What delivery counts.</summary>
internal sealed class DeliveryMeter : IDisposable
{
    public const string Name = "Chat.Delivery";

    private static readonly KeyValuePair<string, object?> Live = new("delivery.path", "live");
    private static readonly KeyValuePair<string, object?> Replay = new("delivery.path", "replay");

    private static readonly KeyValuePair<string, object?> ToWrite = new("stage", "write");

    private static readonly InstrumentAdvice<double> LatencyBuckets = new()
    {
        HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    };

    private readonly Meter _meter;
    private readonly Counter<long> _resent;
    private readonly Counter<long> _slow;
    private readonly Histogram<double> _duration;
    private long _live;
    private long _replayed;

    public DeliveryMeter(IMeterFactory meters)
    {
        _meter = meters.Create(Name);
        // Counted here and read when somebody looks: with a listener a counter costs as much as the write that it counts.
        _meter.CreateObservableCounter(
            "chat.message.delivered",
            () => new Measurement<long>[] { new(Interlocked.Read(ref _live), Live), new(Interlocked.Read(ref _replayed), Replay) },
            "{message}",
            "Events written to connections.");
        _resent = _meter.CreateCounter<long>("chat.message.resent", "{message}", "Events written again for lack of an acknowledgement.");
        _meter.CreateObservableCounter(
            "chat.message.blanked", () => Feeds.Frames.Blanked, "{message}", "Events with a value that cannot be written, sent without their content.");
        _slow = _meter.CreateCounter<long>("chat.connection.slow_disconnect", "{connection}", "Connections closed for lack of acknowledgements.");
        _duration = _meter.CreateHistogram("chat.message.delivery.duration", "s", "From the acceptance of a message until it was written to the connections that are live.", advice: LatencyBuckets);
    }

    /// <summary>Events were written to all who are live, so long after they were accepted.</summary>
    public void Fed(TimeSpan sinceAccepted) => _duration.Record(Math.Max(0, sinceAccepted.TotalSeconds), Live, ToWrite);

    public void Delivered(int events, bool live) => Interlocked.Add(ref live ? ref _live : ref _replayed, events);

    public void Resent(int events) => _resent.Add(events);

    public void SlowDisconnect() => _slow.Add(1);

    /// <summary>Shows what is owed to connected devices and how many are connected.</summary>
    public void Watch(QueueWatch queue, Func<int> users)
    {
        _meter.CreateObservableUpDownCounter<long>(
            "chat.queue.depth",
            () => [new(queue.Pending, new KeyValuePair<string, object?>("state", "pending")), new(queue.InFlight, new KeyValuePair<string, object?>("state", "inflight"))],
            "{event}",
            "Events owed to connected devices: not written yet, or written and not acknowledged.");
        _meter.CreateObservableGauge("chat.queue.oldest.age", () => queue.Oldest.TotalSeconds, "s", "How long the oldest event has been owed to a connected device.");
        _meter.CreateObservableUpDownCounter("chat.user.online", users, "{user}", "Users with a connection to this process.");
    }

    public void Dispose() => _meter.Dispose();
}
