using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Chat.Server.Backplane;
using Chat.Server.Health;
using Chat.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Chat.Tests.Backplane;

/// <summary>One node with nothing in it but the bus.</summary>
internal sealed class BackplaneHost : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly MeterListener _meters = new();
    private readonly ConcurrentDictionary<string, long> _counters = new();
    private readonly ConcurrentQueue<BackplaneMode> _changes = new();

    private BackplaneHost(IHost host)
    {
        _host = host;
        Bus = host.Services.GetRequiredService<IBackplane>();
        Bus.ModeChanged += status => _changes.Enqueue(status.Mode);
        var factory = host.Services.GetRequiredService<IMeterFactory>();
        _meters.InstrumentPublished = (instrument, listener) =>
        {
            // Other hosts of this process have meters of the same name.
            if (instrument.Meter.Name == BackplaneMetrics.MeterName && ReferenceEquals(instrument.Meter.Scope, factory))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _meters.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            var labels = string.Join(",", tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"));
            _counters.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value);
            _counters.AddOrUpdate($"{instrument.Name}{{{labels}}}", value, (_, sum) => sum + value);
        });
        _meters.Start();
    }

    public required RecordedLog Log { get; init; }

    public IBackplane Bus { get; }

    public IServiceProvider Services => _host.Services;

    /// <summary>Modes entered since the start.</summary>
    public IReadOnlyCollection<BackplaneMode> ModeChanges => _changes;

    public static async Task<BackplaneHost> StartAsync(
        string? redis, Action<IServiceCollection>? services = null, params (string Key, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(settings
            .Select(setting => KeyValuePair.Create($"{BackplaneOptions.Section}:{setting.Key}", (string?)setting.Value))
            .Append(KeyValuePair.Create("ConnectionStrings:Redis", redis)));
        var log = new RecordedLog();
        builder.Logging.AddProvider(log);
        services?.Invoke(builder.Services);
        builder.Services.AddBackplane();
        var host = new BackplaneHost(builder.Build()) { Log = log };
        await host._host.StartAsync();
        return host;
    }

    /// <summary>Started, and Redis in use.</summary>
    public static async Task<BackplaneHost> StartConnectedAsync(string redis, params (string Key, string Value)[] settings)
    {
        var host = await StartAsync(redis, services: null, settings);
        await host.WaitForModeAsync(BackplaneMode.Redis);
        return host;
    }

    public long Counter(string name) => _counters.GetValueOrDefault(name);

    public Task WaitForModeAsync(BackplaneMode mode, TimeSpan? within = null) =>
        Eventually.EqualAsync(mode, () => Bus.Status.Mode, "the mode", within);

    public ProbeResult Health => Services.GetServices<IHealthProbe>().OfType<BackplaneProbe>().Single().Now;

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _meters.Dispose();
        await ((IAsyncDisposable)_host).DisposeAsync();
    }
}
