using System.Diagnostics.Metrics;
using Chat.Server.Alerts;
using Chat.Server.Alerts.Channels;
using Chat.Server.Alerts.Rules;
using Chat.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Xunit;

namespace Chat.Tests.Alerts;

/// <summary>An engine under a manual clock. Its channel's loop does not run, so what was told stays in the outbox to be looked at.</summary>
internal sealed class AlertBed : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly AlertStateFile _file;
    private readonly AlertCommitter _committer;

    public AlertBed(ManualTimeProvider? time = null, string folder = "", Numbers? numbers = null, Action<AlertsOptions>? configure = null, IEnumerable<IAlertRule>? rules = null, params INotificationChannel[] channels)
    {
        Time = time ?? new ManualTimeProvider();
        Numbers = numbers ?? new Numbers(Time);
        var options = new AlertsOptions { Folder = folder, Instance = "node-1", Outbox = new OutboxOptions { MaxWaiting = 10_000 } };
        configure?.Invoke(options);
        var live = new LiveAlertsOptions(new TestOptionsMonitor<AlertsOptions>(options), NullLogger<LiveAlertsOptions>.Instance);
        Meter = new AlertMeter(_services.GetRequiredService<IMeterFactory>());
        Channels = new ChannelSet(channels.Length > 0 ? channels : [new SilentChannel()], Options.Create(options), Meter, Time, NullLogger<ChannelSet>.Instance);
        _file = new AlertStateFile(Options.Create(options), NullLogger<AlertStateFile>.Instance);
        _committer = new AlertCommitter(_file, Channels, Time);
        Engine = new AlertEngine(live, _file, _committer, Channels, Time, NullLogger<AlertEngine>.Instance, rules);
        Book = new AlertBook(Engine, Channels, Options.Create(options), Time, NullLogger<AlertBook>.Instance);
    }

    public ManualTimeProvider Time { get; }

    public Numbers Numbers { get; }

    public AlertMeter Meter { get; }

    public ChannelSet Channels { get; }

    public AlertEngine Engine { get; }

    public AlertBook Book { get; }

    /// <summary>Everything told so far as <c>status rule</c>.</summary>
    public IReadOnlyList<string> Told => [.. Notifications.Select(n => $"{n.Status} {n.Rule}")];

    public IReadOnlyList<Notification> Notifications => Channels.All[0].Waiting();

    public string[] Firing => [.. Book.Current.Firing.Select(a => a.Rule)];

    public string[] Pending => [.. Book.Current.Pending.Select(a => a.Rule)];

    public void Step()
    {
        Engine.Sampled(Numbers.Sample());
        _committer.StepAsync(CancellationToken.None).GetAwaiter().GetResult();
    }

    /// <summary>Lets so many seconds go by, with a sample at the end of each.</summary>
    public void Run(int seconds, Action? eachSecond = null)
    {
        for (var i = 0; i < seconds; i++)
        {
            Time.Advance(TimeSpan.FromSeconds(1));
            eachSecond?.Invoke();
            Step();
        }
    }

    /// <summary>Until an alert fires and was given to the channels.</summary>
    public void RunToFiring()
    {
        for (var second = 0; Firing.Length == 0 || Book.Current.Firing[0].Deliveries.Count == 0; second++)
        {
            Assert.True(second < 60, "nothing fires");
            Run(1);
        }
    }

    /// <summary>Seconds until something was told; fails when it takes longer than the limit.</summary>
    public int RunUntilTold(string what, int limit, Action? eachSecond = null)
    {
        for (var second = 1; second <= limit; second++)
        {
            Run(1, eachSecond);
            if (Told.Contains(what))
            {
                return second;
            }
        }

        throw new TimeoutException($"{what} was not told within {limit} s; told: {string.Join(", ", Told)}; firing: {string.Join(", ", Firing)}; pending: {string.Join(", ", Pending)}");
    }

    /// <summary>The process dies: nothing is saved that was not saved already.</summary>
    public void Dispose()
    {
        _file.Dispose();
        _committer.Dispose();
        Channels.Dispose();
        _services.Dispose();
    }

    private sealed class SilentChannel : INotificationChannel
    {
        public string Name => "silent";

        public TimeSpan Timeout { get; } = TimeSpan.FromSeconds(1);

        public ChannelFace Show(Notification notification) => new("test", "nowhere", Signed: false, "{}");

        public Task SendAsync(Notification notification, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
