using System.Diagnostics.Metrics;
using Chat.Contracts;
using Chat.Server.Storage.Conversations;

namespace Chat.Server.Storage.Writing;

/// <summary>What the writer counts.</summary>
internal sealed class WriterMeter : IDisposable
{
    public const string Name = "Chat.Storage";

    private static readonly InstrumentAdvice<double> LatencyBuckets = new()
    {
        HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    };

    /// <summary>What the policy of the conversation is.</summary>
    private static readonly KeyValuePair<string, object?>[] Classes = [new("delivery.class", "durable"), new("delivery.class", "realtime")];

    private static readonly KeyValuePair<string, object?> Stored = new("outcome", "stored");
    private static readonly KeyValuePair<string, object?> Failed = new("outcome", "failed");

    /// <summary>What a client calls its messages is its own matter, and without end: one word for all of them.</summary>
    private static readonly KeyValuePair<string, object?>[] Types =
        [.. ((string[])["message", "edit", "delete", "reaction", "member"]).Select(type => new KeyValuePair<string, object?>("chat.message.type", type))];

    private static readonly KeyValuePair<string, object?>[] Sources =
        [.. ((string[])["database", "memory", "refuted"]).Select(source => new KeyValuePair<string, object?>("facts", source))];

    private readonly Meter _meter;
    private readonly Counter<long> _accepted;
    private readonly Counter<long> _duplicates;
    private readonly Counter<long> _failed;
    private readonly Counter<long> _batches;
    private readonly Counter<long> _transactions;
    private readonly Counter<long> _appends;
    private readonly Histogram<double> _duration;
    private readonly MessageSizes _sizes;

    public WriterMeter(IMeterFactory meters)
    {
        _meter = meters.Create(Name);
        _accepted = _meter.CreateCounter<long>("chat.message.accepted", "{message}", "Messages stored, each once.");
        _duplicates = _meter.CreateCounter<long>("chat.message.duplicate", "{message}", "Sends whose id was stored before.");
        _failed = _meter.CreateCounter<long>("chat.message.failed", "{message}", "Sends that the server could not store.");
        _batches = _meter.CreateCounter<long>("chat.storage.batch", "{batch}", "Batches that the group-commit writer brought to an end.");
        _transactions = _meter.CreateCounter<long>("chat.storage.transaction", "{transaction}", "Committed transactions of the writer, by where heads and memberships came from.");
        _appends = _meter.CreateCounter<long>("chat.storage.append", "{message}", "Appends brought to an end by the writer.");
        _duration = _meter.CreateHistogram("chat.message.persist.duration", "s", "From the start of a batch to its commit.", advice: LatencyBuckets);
        _sizes = MessageSizes.In(_meter);
    }

    /// <param name="failed">Storage did not take all of them. A repeat or a refusal by the rules is no failure.</param>
    public void Persisted(int appends, TimeSpan duration, bool failed)
    {
        _batches.Add(1);
        _appends.Add(appends);
        _duration.Record(duration.TotalSeconds, failed ? Failed : Stored);
    }

    /// <summary>A transaction was committed.</summary>
    public void Transacted(FactsFrom facts) => _transactions.Add(1, Sources[(int)facts]);

    /// <summary>Events were stored that had not been before.</summary>
    public void Accepted(IReadOnlyList<LogEvent> events, RealtimeBook realtime)
    {
        Span<int> counts = stackalloc int[Classes.Length * Types.Length];
        for (var i = 0; i < events.Count; i++)
        {
            counts[(realtime.Contains(events[i].Conversation) ? Types.Length : 0) + TypeOf(events[i].Type)]++;
            _sizes.Record(events[i]);
        }

        for (var i = 0; i < counts.Length; i++)
        {
            if (counts[i] > 0)
            {
                _accepted.Add(counts[i], Classes[i / Types.Length], Types[i % Types.Length]);
            }
        }
    }

    public void Duplicates(int count) => _duplicates.Add(count, new KeyValuePair<string, object?>("where", "send"));

    /// <summary>Answers them, and counts those whose sender hears of it: who forwarded one may have another way for it, or try again.</summary>
    public void Refuse(IReadOnlyList<Append> appends, AppendRefused refusal)
    {
        var told = 0;
        foreach (var append in appends)
        {
            if (append.Complete(refusal) && !append.KeepsRealtimeOrder)
            {
                told++;
            }
        }

        Refused(told, refusal.Reason);
    }

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

    private static int TypeOf(string type) => type switch
    {
        EventTypes.Edit => 1,
        EventTypes.Delete => 2,
        EventTypes.Reaction => 3,
        EventTypes.Member => 4,
        _ => 0,
    };
}
