using System.Diagnostics.Metrics;
using Chat.Server.Telemetry;
using Chat.Server.Telemetry.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Chat.Tests.Telemetry;

/// <summary>A container's meters with a collector that hears only them.</summary>
internal sealed class TestMeters : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    public TestMeters(int mostSeries = 200, string source = "")
    {
        Factory = _services.GetRequiredService<IMeterFactory>();
        Meter = Factory.Create("Chat.Test");
        Options = Microsoft.Extensions.Options.Options.Create(new TelemetryOptions { Meters = ["Chat.*", "System.Runtime"], MaxSeriesPerInstrument = mostSeries });
        Collector = new MetricsCollector(Options, new TelemetrySource(source, TimeProvider.System), Factory);
    }

    public IMeterFactory Factory { get; }

    public Meter Meter { get; }

    public IOptions<TelemetryOptions> Options { get; }

    public MetricsCollector Collector { get; }

    public MetricFamily? Family(string name) => Collector.Collect().Families.SingleOrDefault(f => f.Name == name);

    /// <summary>Label text to value, as <c>a=1,b=2</c>.</summary>
    public Dictionary<string, double> Values(string name) => Family(name)?.Series.ToDictionary(s => s.Labels.ToString(), s => s.Value) ?? [];

    public void Dispose()
    {
        Collector.Dispose();
        _services.Dispose();
    }
}
