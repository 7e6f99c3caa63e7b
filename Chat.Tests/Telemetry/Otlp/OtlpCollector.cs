using System.Buffers.Binary;
using System.Net;
using Chat.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Chat.Tests.Telemetry.Otlp;

/// <summary>An OpenTelemetry collector as far as an exporter can tell: it takes metrics and traces in both forms of the protocol.</summary>
internal sealed class OtlpCollector : IAsyncDisposable
{
    private readonly WebApplication _app;

    private OtlpCollector(HttpProtocols protocols)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = protocols));
        _app = builder.Build();
        _app.MapPost("/v1/metrics", context => TakeAsync(context, TakeMetrics));
        _app.MapPost("/v1/traces", context => TakeAsync(context, TakeSpans));
        _app.MapPost("/opentelemetry.proto.collector.metrics.v1.MetricsService/Export", context => TakeCallAsync(context, TakeMetrics));
        _app.MapPost("/opentelemetry.proto.collector.trace.v1.TraceService/Export", context => TakeCallAsync(context, TakeSpans));
    }

    public Uri Url => new(_app.Urls.Single());

    public Recorded<ExportedPoint> Points { get; } = new();

    public Recorded<ExportedSpan> Spans { get; } = new();

    /// <summary>Listening, for protobuf in HTTP requests or for gRPC without TLS.</summary>
    public static async Task<OtlpCollector> StartAsync(bool grpc)
    {
        var collector = new OtlpCollector(grpc ? HttpProtocols.Http2 : HttpProtocols.Http1);
        await collector._app.StartAsync();
        return collector;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private void TakeMetrics(ReadOnlyMemory<byte> request)
    {
        foreach (var point in ExportReader.Metrics(request))
        {
            Points.Add(point);
        }
    }

    private void TakeSpans(ReadOnlyMemory<byte> request)
    {
        foreach (var span in ExportReader.Spans(request))
        {
            Spans.Add(span);
        }
    }

    private static async Task TakeAsync(HttpContext context, Action<ReadOnlyMemory<byte>> take)
    {
        take(await BodyAsync(context));
        context.Response.ContentType = "application/x-protobuf";
    }

    /// <summary>A call of gRPC: a flag and a length before the message, the outcome behind the answer.</summary>
    private static async Task TakeCallAsync(HttpContext context, Action<ReadOnlyMemory<byte>> take)
    {
        var frame = await BodyAsync(context);
        take(frame.Slice(5, (int)BinaryPrimitives.ReadUInt32BigEndian(frame.Span[1..])));
        context.Response.ContentType = "application/grpc";
        await context.Response.Body.WriteAsync(new byte[5]);
        context.Response.AppendTrailer("grpc-status", "0");
    }

    private static async Task<ReadOnlyMemory<byte>> BodyAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        return body.ToArray();
    }
}
