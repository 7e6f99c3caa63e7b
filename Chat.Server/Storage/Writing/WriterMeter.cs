using System.Diagnostics.Metrics;

namespace Chat.Server.Storage.Writing;

/// <summary>What the writer counts.</summary>
internal sealed class WriterMeter : IDisposable
{
    public const string Name = "Chat.Storage";

    private static readonly InstrumentAdvice<double> LatencyBuckets = new()
    {
        HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    };

    private readonly Meter _meter;
    private readonly Counter<long> _accepted;
    private readonly Counter<long> _duplicates;
    private readonly Counter<long> _failed;
    private readonly Counter<long> _batches;
    private readonly Counter<long> _appends;
    private readonly Histogram<double> _duration;

    public WriterMeter(IMeterFactory meters)
    {
        _meter = meters.Create(Name);
        _accepted = _meter.CreateCounter<long>("chat.message.accepted", "{message}", "Messages stored, each once.");
        _duplicates = _meter.CreateCounter<long>("chat.message.duplicate", "{message}", "Sends whose id was stored before.");
        _failed = _meter.CreateCounter<long>("chat.message.failed", "{message}", "Sends that the server could not store.");
        _batches = _meter.CreateCounter<long>("chat.storage.batch", "{batch}", "Transactions of the group-commit writer.");
        _appends = _meter.CreateCounter<long>("chat.storage.append", "{message}", "Appends brought to an end by the writer.");
        _duration = _meter.CreateHistogram("chat.message.persist.duration", "s", "From the start of a batch to its commit.", advice: LatencyBuckets);
    }

    public void Persisted(int appends, TimeSpan duration)
    {
        _batches.Add(1);
        _appends.Add(appends);
        _duration.Record(duration.TotalSeconds);
    }

    public void Accepted(int count) => _accepted.Add(count, new KeyValuePair<string, object?>("delivery.class", "durable"));

    public void Duplicates(int count) => _duplicates.Add(count, new KeyValuePair<string, object?>("where", "send"));

    /// <summary>Counts what is the server's fault; a request that is refused for what it is has not failed.</summary>
    public void Refused(int count, AppendRefusal reason)
    {
        var error = reason switch
        {
            AppendRefusal.StorageUnavailable => "db_unavailable",
            AppendRefusal.Overloaded => "overloaded",
            AppendRefusal.Internal => "internal",
            _ => null,
        };
        if (count > 0 && error is not null)
        {
            _failed.Add(count, new KeyValuePair<string, object?>("error.type", error), new KeyValuePair<string, object?>("fault", "server"));
        }
    }

    /// <summary>Shows the length of the writer's queue.</summary>
    public void Watch(Func<int> depth) =>
        _meter.CreateObservableUpDownCounter("chat.storage.queue.depth", depth, "{message}", "Appends that wait for the writer.");

    public void Dispose() => _meter.Dispose();
}
