using System.Diagnostics.Metrics;
using Chat.Server.Delivery.Pumps;
using Chat.Server.Storage;

namespace Chat.Server.Delivery;

/// <summary>What delivery counts.</summary>
internal sealed class DeliveryMeter : IDisposable
{
    public const string Name = "Chat.Delivery";

    private static readonly KeyValuePair<string, object?> Live = new("delivery.path", "live");
    private static readonly KeyValuePair<string, object?> Replay = new("delivery.path", "replay");

    private static readonly KeyValuePair<string, object?> ToWrite = new("stage", "write");
    private static readonly KeyValuePair<string, object?> ToAck = new("stage", "ack");

    private static readonly KeyValuePair<string, object?>[] Results =
        [.. Enum.GetNames<ReplayResult>().Select(name => new KeyValuePair<string, object?>("result", name.ToLowerInvariant()))];

    private static readonly InstrumentAdvice<double> LatencyBuckets = new()
    {
        HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    };

    private readonly Meter _meter;
    private readonly Counter<long> _resent;
    private readonly Counter<long> _slow;
    private readonly Histogram<double> _duration;
    private readonly Counter<long> _failed;
    private readonly Counter<long> _expired;
    private readonly Counter<long> _queued;
    private readonly Counter<long> _letters;
    private readonly Histogram<double> _replayTime;
    private readonly Counter<long> _replayEvents;
    private readonly MessageSizes _sizes;
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
        _duration = _meter.CreateHistogram("chat.message.delivery.duration", "s", "From the acceptance of a message until it was written to the connections that are live, or until a device acknowledged it.", advice: LatencyBuckets);
        _failed = _meter.CreateCounter<long>("chat.message.failed", "{message}", "Sends that the server could not store, and deliveries that it gave up.");
        _expired = _meter.CreateCounter<long>("chat.message.expired", "{message}", "Events that had expired before a device got them.");
        _queued = _meter.CreateCounter<long>("chat.message.queued", "{message}", "Events that waited in the log for a device, counted when they are written to it.");
        _letters = _meter.CreateCounter<long>("chat.deadletter.replay", "{message}", "Replays of dead letters that came to an end.");
        _replayTime = _meter.CreateHistogram("chat.replay.duration", "s", "From a connection's coming, or its falling behind, until it had all that it had missed.", advice: LatencyBuckets);
        _replayEvents = _meter.CreateCounter<long>("chat.replay.event", "{event}", "Events in replays that came to an end, by how they did.");
        _sizes = MessageSizes.Out(_meter);
    }

    /// <summary>Events were written to all who are live, so long after they were accepted.</summary>
    public void Fed(TimeSpan sinceAccepted) => _duration.Record(Math.Max(0, sinceAccepted.TotalSeconds), Live, ToWrite);

    /// <summary>A device acknowledged an event, so long after it was accepted.</summary>
    public void Acknowledged(TimeSpan sinceAccepted, bool live) => _duration.Record(Math.Max(0, sinceAccepted.TotalSeconds), live ? Live : Replay, ToAck);

    public void Delivered(int events, bool live) => Interlocked.Add(ref live ? ref _live : ref _replayed, events);

    /// <summary>A page was read for a device that was away when they were accepted, or that was there and behind.</summary>
    public void Queued(int offline, int behind)
    {
        if (offline > 0)
        {
            _queued.Add(offline, new KeyValuePair<string, object?>("reason", "offline"));
        }

        if (behind > 0)
        {
            _queued.Add(behind, new KeyValuePair<string, object?>("reason", "behind"));
        }
    }

    /// <summary>A connection was behind and is not any more, or is gone.</summary>
    public void CaughtUp(int events, TimeSpan duration, ReplayResult result)
    {
        _replayTime.Record(duration.TotalSeconds, Results[(int)result]);
        _replayEvents.Add(events, Results[(int)result]);
    }

    /// <summary>Events go out, to one connection or to all who are live.</summary>
    public void Sized(ReadOnlySpan<LogEvent> events)
    {
        foreach (var e in events)
        {
            _sizes.Record(e);
        }
    }

    public void Resent(int events) => _resent.Add(events);

    public void SlowDisconnect() => _slow.Add(1);

    /// <summary>An event was given up for a device.</summary>
    /// <param name="kept">False when the device had too many dead letters already.</param>
    public void DeadLetter(bool kept) => _failed.Add(
        1,
        new KeyValuePair<string, object?>("error.type", "dead_letter"),
        new KeyValuePair<string, object?>("fault", "server"),
        new KeyValuePair<string, object?>("kept", kept));

    public void Expired(int events)
    {
        if (events > 0)
        {
            _expired.Add(events);
        }
    }

    public void Replayed(bool acknowledged) => _letters.Add(1, new KeyValuePair<string, object?>("outcome", acknowledged ? "acknowledged" : "failed"));

    /// <summary>Shows how many dead letters the database holds; nothing until that is known.</summary>
    public void WatchDeadLetters(Func<long?> count) => _meter.CreateObservableUpDownCounter(
        "chat.queue.depth",
        () => count() is { } dead
            ? [new Measurement<long>(dead, new KeyValuePair<string, object?>("state", "dead"))]
            : Array.Empty<Measurement<long>>(),
        "{event}",
        "Events written to connected devices and not acknowledged.");

    /// <summary>Shows what is owed to connected devices, how many are connected and how many conversations they follow.</summary>
    public void Watch(QueueWatch queue, Func<int> users, Func<int> conversations)
    {
        _meter.CreateObservableUpDownCounter<long>(
            "chat.queue.depth",
            () => [new(queue.Pending, new KeyValuePair<string, object?>("state", "pending")), new(queue.InFlight, new KeyValuePair<string, object?>("state", "inflight"))],
            "{event}",
            "Events owed to connected devices: not written yet, or written and not acknowledged.");
        _meter.CreateObservableGauge("chat.queue.oldest.age", () => queue.Oldest.TotalSeconds, "s", "How long the oldest event has been owed to a connected device.");
        _meter.CreateObservableUpDownCounter("chat.user.online", users, "{user}", "Users with a connection to this process.");
        _meter.CreateObservableUpDownCounter("chat.conversation.active", conversations, "{conversation}", "Conversations and topics that connections of this process follow.");
    }

    public void Dispose() => _meter.Dispose();
}
