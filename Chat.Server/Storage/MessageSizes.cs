using System.Diagnostics.Metrics;

namespace Chat.Server.Storage;

/// <summary>How large bodies are, on the way in and on the way out. The labels are made once: a measurement costs no memory.</summary>
internal sealed class MessageSizes
{
    private static readonly InstrumentAdvice<int> Buckets = new()
    {
        HistogramBucketBoundaries = [64, 256, 1024, 4096, 16_384, 32_768, 65_536],
    };

    private readonly Histogram<int> _sizes;
    private readonly KeyValuePair<string, object?> _direction;

    private MessageSizes(Meter meter, string direction)
    {
        _sizes = meter.CreateHistogram(
            "chat.message.size",
            "By",
            "Bodies of messages: in as they were stored, out as they were written to connections, once however many of them are live.",
            advice: Buckets);
        _direction = new("direction", direction);
    }

    public static MessageSizes In(Meter meter) => new(meter, "in");

    public static MessageSizes Out(Meter meter) => new(meter, "out");

    /// <summary>Events without a body are no message to be measured.</summary>
    public void Record(LogEvent e)
    {
        if (!e.Body.IsEmpty)
        {
            _sizes.Record(e.Body.Length, _direction);
        }
    }
}
