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
        foreach (var change in _alerts.Next())
        {
            Tell(LiveEvents.Alert, change);
        }

        foreach (var change in _health.Next())
        {
            Tell(LiveEvents.Health, change);
        }

        if (++_looks % LooksPerSnapshot == 0 && !_viewers.IsEmpty)
        {
            var snapshot = Event(LiveEvents.Snapshot, overview.Current());
            foreach (var viewer in _viewers.Keys)
            {
                viewer.Show(snapshot);
            }
        }
    }

    private void TellWorker(WorkerEvent happened) => Tell(LiveEvents.Worker, WorkerViews.View(happened));

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
