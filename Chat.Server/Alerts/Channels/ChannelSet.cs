using Microsoft.Extensions.Options;

namespace Chat.Server.Alerts.Channels;

/// <summary>All channels, each with its own outbox and its own loop.</summary>
internal sealed class ChannelSet : BackgroundService
{
    private readonly ChannelOutbox[] _outboxes;
    private Action? _changed;
    private Action<DeliveryReport>? _told;

    public ChannelSet(IEnumerable<INotificationChannel> channels, IOptions<AlertsOptions> options, AlertMeter meter, TimeProvider time, ILogger<ChannelSet> logger) =>
        _outboxes = [.. channels.Select(c => new ChannelOutbox(c, options.Value.Outbox, meter, time, logger, () => _changed?.Invoke(), report => _told?.Invoke(report)))];

    public IReadOnlyList<ChannelOutbox> All => _outboxes;

    /// <summary>What waits has changed.</summary>
    public void OnChanged(Action changed) => _changed = changed;

    /// <summary>What became of a notification on a channel.</summary>
    public void OnTold(Action<DeliveryReport> told) => _told = told;

    public void Add(Notification notification)
    {
        foreach (var outbox in _outboxes)
        {
            outbox.Add(notification);
        }
    }

    public void Wake()
    {
        foreach (var outbox in _outboxes)
        {
            outbox.Wake();
        }
    }

    public IEnumerable<KeyValuePair<string, List<Notification>>> Waiting() =>
        _outboxes.Select(o => KeyValuePair.Create(o.Name, o.Waiting())).Where(w => w.Value.Count > 0);

    public void Restore(IReadOnlyDictionary<string, List<Notification>> waiting)
    {
        foreach (var outbox in _outboxes)
        {
            foreach (var notification in waiting.GetValueOrDefault(outbox.Name) ?? [])
            {
                outbox.Add(notification);
            }

            outbox.Wake();
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(_outboxes.Select(o => o.RunAsync(stoppingToken)));
}
