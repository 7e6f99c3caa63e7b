using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Chat.Contracts;
using Chat.Contracts.Management;
using Chat.Server.Alerts;
using Chat.Server.Health;
using Chat.Server.Management.Views;
using Chat.Server.Workers.Ports;
using Microsoft.Extensions.Options;

namespace Chat.Server.Management.Live;

/// <summary>Tells all viewers what happens: one look and one writing-down for all of them, none while nobody watches.</summary>
internal sealed partial class LiveFeed(
    IWorkersMonitor monitor,
    IAlertBook alerts,
    IHealthBook health,
    AlertViews alertViews,
    OverviewBuilder overview,
    IOptions<ManagementOptions> options,
    TimeProvider time,
    ILogger<LiveFeed> logger) : BackgroundService
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);
    private const int LooksPerSnapshot = 4;

    private readonly ConcurrentDictionary<LiveViewer, byte> _viewers = new();
    private readonly AlertTransitions _alerts = new(alerts, alertViews);
    private readonly HealthTransitions _health = new(health, time);
    private readonly Lock _showing = new();
    private int _looks;

    /// <summary>Null: there are too many already.</summary>
    public LiveViewer? TryEnter()
    {
        if (_viewers.Count >= options.Value.LiveFeeds)
        {
            return null;
        }

        var viewer = new LiveViewer();
        _viewers[viewer] = 0;
        viewer.Show(Event(LiveEvents.Snapshot, overview.Current()));
        return viewer;
    }

    public void Leave(LiveViewer viewer) => _viewers.TryRemove(viewer, out _);

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        monitor.Happened += TellWorker;
        return base.StartAsync(cancellationToken);
    }

    public override Task StopAsync(CancellationToken cancellationToken)
    {
        monitor.Happened -= TellWorker;
        return base.StopAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Look, time);
        while (await timer.WaitForNextTickAsync(stop))
        {
            try
            {
                Step();
            }
            catch (Exception error)
            {
                Log.LiveFault(logger, error);
            }
        }
    }

    internal void Step()
    {
        // Also while nobody watches, so that who comes is told changes from then on and not those of the hours before.
        var alertChanges = _alerts.Next();
        foreach (var change in alertChanges)
        {
            Tell(LiveEvents.Alert, change);
        }

        var healthChanges = _health.Next();
        foreach (var change in healthChanges)
        {
            Tell(LiveEvents.Health, change);
        }

        if (alertChanges.Count + healthChanges.Count > 0)
        {
            Show(overview.Anew);
        }
        else if (++_looks % LooksPerSnapshot == 0)
        {
            Show(overview.Current);
        }
    }

    private void TellWorker(WorkerEvent happened)
    {
        Tell(LiveEvents.Worker, WorkerViews.View(happened));

        // Who looks at a picture sees the change as soon as who reads the events; the next look would be up to a second away.
        if (happened.To is not null)
        {
            Show(overview.Anew);
        }
    }

    private void Show(Func<Overview> make)
    {
        if (_viewers.IsEmpty)
        {
            return;
        }

        // Made and shown in one go, so that of two at a time the older one is not shown last.
        lock (_showing)
        {
            var snapshot = Event(LiveEvents.Snapshot, make());
            foreach (var viewer in _viewers.Keys)
            {
                viewer.Show(snapshot);
            }
        }
    }

    private void Tell<T>(string name, T what)
    {
        if (_viewers.IsEmpty)
        {
            return;
        }

        var bytes = Event(name, what);
        foreach (var viewer in _viewers.Keys)
        {
            viewer.Tell(bytes);
        }
    }

    private static byte[] Event<T>(string name, T what) => Encoding.UTF8.GetBytes($"event: {name}\ndata: {JsonSerializer.Serialize(what, ChatJson.Options)}\n\n");

    private static partial class Log
    {
        [LoggerMessage(3420, LogLevel.Error, "The live feed met an unexpected fault; it goes on with the next look", EventName = nameof(LiveFault))]
        public static partial void LiveFault(ILogger logger, Exception exception);
    }
}
