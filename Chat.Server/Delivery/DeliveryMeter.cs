using System.Diagnostics.Metrics;

namespace Chat.Server.Delivery;

/// <summary>What delivery counts.</summary>
internal sealed class DeliveryMeter : IDisposable
{
    public const string Name = "Chat.Delivery";

    private static readonly KeyValuePair<string, object?> Live = new("delivery.path", "live");
    private static readonly KeyValuePair<string, object?> Replay = new("delivery.path", "replay");

    private readonly Meter _meter;
    private readonly Counter<long> _delivered;
    private readonly Counter<long> _resent;
    private readonly Counter<long> _slow;

    public DeliveryMeter(IMeterFactory meters)
    {
        _meter = meters.Create(Name);
        _delivered = _meter.CreateCounter<long>("chat.message.delivered", "{message}", "Events written to connections.");
        _resent = _meter.CreateCounter<long>("chat.message.resent", "{message}", "Events written again for lack of an acknowledgement.");
        _slow = _meter.CreateCounter<long>("chat.connection.slow_disconnect", "{connection}", "Connections closed for lack of acknowledgements.");
    }

    public void Delivered(int events, bool live) => _delivered.Add(events, live ? Live : Replay);

    public void Resent(int events) => _resent.Add(events);

    public void SlowDisconnect() => _slow.Add(1);

    /// <summary>Shows what is owed to connected devices and how many are connected.</summary>
    public void Watch(Func<long> unacknowledged, Func<int> users)
    {
        _meter.CreateObservableUpDownCounter(
            "chat.queue.depth",
            () => new Measurement<long>(unacknowledged(), new KeyValuePair<string, object?>("state", "inflight")),
            "{event}",
            "Events written to connected devices and not acknowledged.");
        _meter.CreateObservableUpDownCounter("chat.user.online", users, "{user}", "Users with a connection to this process.");
    }

    public void Dispose() => _meter.Dispose();
}
