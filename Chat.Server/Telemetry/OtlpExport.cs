using System.Diagnostics;
using Chat.Server.Telemetry.Logging;
using Microsoft.Extensions.Options;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Chat.Server.Telemetry;

/// <summary>Sends metrics and sampled traces to a collector, only when an endpoint is configured.</summary>
internal sealed class OtlpExport(IOptions<TelemetryOptions> options, TelemetrySource source) : IHostedService, IDisposable
{
    /// <summary>A collector that does not answer must not take the time in which a worker has to be gone: the last numbers are lost with it.</summary>
    private const int FlushMilliseconds = 500;

    private static readonly string[] Sources = ["Chat.*", "Microsoft.AspNetCore", "Microsoft.AspNetCore.SignalR.Server", "Npgsql"];

    private MeterProvider? _metrics;
    private TracerProvider? _traces;

    public bool Runs => _metrics is not null;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var telemetry = options.Value;
        var otlp = telemetry.Otlp;
        if (otlp.Endpoint.Length == 0)
        {
            return Task.CompletedTask;
        }

        var resource = ResourceBuilder.CreateDefault().AddService(
            otlp.ServiceName, serviceInstanceId: source.IsNode ? Environment.MachineName : $"{Environment.MachineName}-{source.Name}");
        _metrics = Sdk.CreateMeterProviderBuilder()
            .SetResourceBuilder(resource)
            .AddMeter(telemetry.Meters)
            .AddOtlpExporter((exporter, reader) =>
            {
                Point(exporter, otlp, "v1/metrics");
                reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = (int)otlp.ExportEvery.TotalMilliseconds;
            })
            .Build();
        _traces = Sdk.CreateTracerProviderBuilder()
            .SetResourceBuilder(resource)
            .SetSampler(new ParentBasedSampler(new TraceIdRatioBasedSampler(otlp.TraceRatio)))
            .AddSource(Sources)
            .AddProcessor(new RedactQuery())
            .AddOtlpExporter(exporter => Point(exporter, otlp, "v1/traces"))
            .Build();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.WhenAll(
        Task.Run(() => _metrics?.Shutdown(FlushMilliseconds), CancellationToken.None),
        Task.Run(() => _traces?.Shutdown(FlushMilliseconds), CancellationToken.None));

    public void Dispose()
    {
        _metrics?.Dispose();
        _traces?.Dispose();
    }

    private static void Point(OtlpExporterOptions exporter, OtlpOptions otlp, string path)
    {
        var http = otlp.Protocol == "http/protobuf";
        exporter.Protocol = http ? OtlpExportProtocol.HttpProtobuf : OtlpExportProtocol.Grpc;

        // Set in code an HTTP endpoint is taken as it is, without the signal's path.
        exporter.Endpoint = http ? new Uri(new Uri(otlp.Endpoint.TrimEnd('/') + "/"), path) : new Uri(otlp.Endpoint);
    }

    /// <summary>A browser's hub address carries its token; it must not leave with a trace.</summary>
    internal sealed class RedactQuery : BaseProcessor<Activity>
    {
        private static readonly string[] Addresses = ["url.query", "url.full", "http.url", "http.target"];

        public override void OnEnd(Activity data)
        {
            foreach (var tag in Addresses)
            {
                if (data.GetTagItem(tag) is string text)
                {
                    data.SetTag(tag, Redaction.Clean(text));
                }
            }
        }
    }
}
