using System.Diagnostics.Metrics;

namespace Chat.Server.Backplane;

/// <summary>Why a hint did not arrive.</summary>
internal static class HintLoss
{
    public const string QueueFull = "queue_full";
    public const string InboxFull = "inbox_full";
    public const string Failed = "failed";
    public const string TimedOut = "timeout";
    public const string LinkLost = "link_lost";
    public const string Unreadable = "unreadable";
}

/// <summary>Meter <c>Chat.Backplane</c>. No label ever holds a channel, user, connection or conversation.</summary>
internal sealed class BackplaneMetrics
{
    public const string MeterName = "Chat.Backplane";

    private readonly Counter<long> _published;
    private readonly Counter<long> _received;
    private readonly Counter<long> _hintsSent;
    private readonly Counter<long> _hintsReceived;
    private readonly Counter<long> _lost;
    private readonly Counter<long> _recovered;
    private readonly Counter<long> _reconnects;
    private readonly Counter<long> _modeChanges;
    private readonly Counter<long> _slowAborts;
    private readonly Histogram<double> _roundTrip;
    private volatile string _mode = Name(BackplaneMode.Local);

    public BackplaneMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _published = meter.CreateCounter<long>("chat.backplane.published", "{message}", "Messages handed to Redis or to the workers of this machine, by outcome.");
        _received = meter.CreateCounter<long>("chat.backplane.received", "{message}", "Messages of other nodes and workers.");
        _hintsSent = meter.CreateCounter<long>("chat.backplane.hint.sent", "{hint}", "Committed events that were told to other nodes and workers.");
        _hintsReceived = meter.CreateCounter<long>("chat.backplane.hint.received", "{hint}", "Events that other nodes and workers told.");
        _lost = meter.CreateCounter<long>("chat.backplane.hint.lost", "{hint}", "Hints known to be lost, by reason; the database makes them good.");
        _recovered = meter.CreateCounter<long>("chat.backplane.hint.recovered", "{hint}", "Events that no hint announced and a sweep of the commits found.");
        _reconnects = meter.CreateCounter<long>("chat.backplane.reconnect", "{attempt}", "Connections to Redis made anew, by outcome.");
        _modeChanges = meter.CreateCounter<long>("chat.backplane.mode.change", "{change}", "Changes of mode.");
        _slowAborts = meter.CreateCounter<long>("chat.backplane.slow_abort", "{connection}", "Connections closed because too many writes of hub messages were waiting.");
        _roundTrip = meter.CreateHistogram<double>("chat.backplane.probe.duration", "s", "Time until a probe sent through Redis came back.");
        meter.CreateObservableGauge("chat.backplane.mode", ObserveMode, description: "1 for the present mode, 0 for the others.");
    }

    public void Published(int count) => _published.Add(count, new KeyValuePair<string, object?>("outcome", "sent"));

    /// <summary>On the way out.</summary>
    public void NotPublished(string reason, int count = 1)
    {
        _published.Add(count, new KeyValuePair<string, object?>("outcome", "lost"));
        Lost(reason, count);
    }

    /// <summary>On either way.</summary>
    public void Lost(string reason, int count = 1) => _lost.Add(count, new KeyValuePair<string, object?>("reason", reason));

    public void Received() => _received.Add(1);

    public void HintsSent(int count) => _hintsSent.Add(count);

    public void HintsReceived(int count) => _hintsReceived.Add(count);

    /// <summary>To be called by whoever sweeps the commits, with what the sweep found and no hint had told.</summary>
    public void RecoveredBySweep(int count) => _recovered.Add(count);

    public void Reconnected(bool ok) => _reconnects.Add(1, new KeyValuePair<string, object?>("outcome", ok ? "connected" : "failed"));

    public void StartedIn(BackplaneMode first) => _mode = Name(first);

    public void ModeChanged(BackplaneMode from, BackplaneMode to)
    {
        _mode = Name(to);
        _modeChanges.Add(1, new KeyValuePair<string, object?>("from", Name(from)), new KeyValuePair<string, object?>("to", _mode));
    }

    public void SlowConnectionAborted() => _slowAborts.Add(1);

    public void RoundTrip(TimeSpan elapsed) => _roundTrip.Record(elapsed.TotalSeconds);

    public static string Name(BackplaneMode mode) => mode switch
    {
        BackplaneMode.Redis => "redis",
        BackplaneMode.Database => "database",
        _ => "local",
    };

    private IEnumerable<Measurement<int>> ObserveMode()
    {
        var now = _mode;
        foreach (var each in Enum.GetValues<BackplaneMode>())
        {
            yield return new Measurement<int>(Name(each) == now ? 1 : 0, new KeyValuePair<string, object?>("mode", Name(each)));
        }
    }
}
