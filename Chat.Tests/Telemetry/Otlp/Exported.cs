namespace Chat.Tests.Telemetry.Otlp;

/// <summary>A point of a metric as a collector gets it.</summary>
/// <param name="Instance">Which process sent it (<c>service.instance.id</c>).</param>
/// <param name="Value">The number; of a histogram the sum.</param>
internal sealed record ExportedPoint(string Service, string Instance, string Name, string Unit, IReadOnlyDictionary<string, string> Labels, double Value);

/// <summary>A span as a collector gets it.</summary>
internal sealed record ExportedSpan(string Instance, string Scope, string Name, string TraceId, string SpanId, string ParentId, IReadOnlyDictionary<string, string> Tags);

/// <summary>Reads what an exporter sends; the numbers are those of opentelemetry-proto.</summary>
internal static class ExportReader
{
    public static IEnumerable<ExportedPoint> Metrics(ReadOnlyMemory<byte> request)
    {
        foreach (var resource in new WireMessage(request).All(1))
        {
            var of = Labels(resource.One(1)!, 1);
            foreach (var metric in resource.All(2).SelectMany(scope => scope.All(2)))
            {
                // A gauge, a sum, a histogram.
                foreach (var point in ((int[])[5, 7]).SelectMany(metric.All).SelectMany(data => data.All(1)))
                {
                    yield return Point(of, metric, Labels(point, 7), point.Has(4) ? point.Real(4) : point.Whole(6));
                }

                foreach (var point in metric.All(9).SelectMany(data => data.All(1)))
                {
                    yield return Point(of, metric, Labels(point, 9), point.Real(5));
                }
            }
        }
    }

    public static IEnumerable<ExportedSpan> Spans(ReadOnlyMemory<byte> request)
    {
        foreach (var resource in new WireMessage(request).All(1))
        {
            var of = Labels(resource.One(1)!, 1);
            foreach (var scope in resource.All(2))
            {
                foreach (var span in scope.All(2))
                {
                    yield return new ExportedSpan(
                        of["service.instance.id"], scope.One(1)!.Text(1), span.Text(5), span.Hex(1), span.Hex(2), span.Hex(4), Labels(span, 9));
                }
            }
        }
    }

    private static ExportedPoint Point(Dictionary<string, string> of, WireMessage metric, Dictionary<string, string> labels, double value) =>
        new(of["service.name"], of["service.instance.id"], metric.Text(1), metric.Text(3), labels, value);

    private static Dictionary<string, string> Labels(WireMessage of, int number) =>
        of.All(number).ToDictionary(pair => pair.Text(1), pair => pair.One(2)?.Text(1) ?? "");
}
