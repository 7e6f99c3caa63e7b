using System.Diagnostics.Metrics;

namespace Chat.Server.Realtime;

/// <summary>What the realtime policy counts.</summary>
internal sealed class RealtimeMeter : IDisposable
{
    public const string Name = "Chat.Realtime";

    private readonly Meter _meter;
    private readonly Counter<long> _queued;
    private readonly Counter<long> _drained;
    private readonly Counter<long> _refused;

    public RealtimeMeter(IMeterFactory meters)
    {
        _meter = meters.Create(Name);
        _queued = _meter.CreateCounter<long>("chat.realtime.queued", "{message}", "Sends that were delivered and spooled before they were stored.");
        _drained = _meter.CreateCounter<long>("chat.realtime.spool.drained", "{message}", "Spooled sends that are stored by now.");
        _refused = _meter.CreateCounter<long>("chat.realtime.spool.refused", "{message}", "Sends that the spool did not take, or storage not from the spool, by reason.");
    }

    public void Queued(int count) => _queued.Add(count);

    public void Drained(int count) => _drained.Add(count);

    public void Refused(int count, string reason) => _refused.Add(count, new KeyValuePair<string, object?>("reason", reason));

    /// <summary>Shows what waits in the spool.</summary>
    public void Watch(Func<int> depth, Func<long> bytes, Func<double> fill, Func<double> oldestAge)
    {
        _meter.CreateObservableUpDownCounter("chat.realtime.spool.depth", depth, "{message}", "Spooled sends that are not stored yet.");
        _meter.CreateObservableUpDownCounter("chat.realtime.spool.size", bytes, "By", "Their size on disk.");
        _meter.CreateObservableGauge("chat.realtime.spool.fill", fill, "1", "The spool's size as a share of what it may take.");
        _meter.CreateObservableGauge("chat.realtime.spool.oldest.age", oldestAge, "s", "How long the oldest of them has waited.");
    }

    public void Dispose() => _meter.Dispose();
}
