using System.Diagnostics.Metrics;
using Microsoft.Extensions.Options;

namespace Chat.Server.Telemetry.Metrics;

/// <summary>
/// The one listener of a process: every meter that is switched on by name ends in a store here, from which
/// /metrics, the alert rules, the console's charts and the heartbeat are all served.
/// </summary>
internal sealed class MetricsCollector : IDisposable
{
    private readonly Dictionary<string, InstrumentStore> _stores = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private readonly MeterListener _listener = new();
    private readonly IMeterFactory? _meters;
    private readonly TelemetryOptions _options;
    private readonly TelemetrySource _source;
    private long _failedCallbacks;

    public MetricsCollector(IOptions<TelemetryOptions> options, TelemetrySource source, IMeterFactory? meters = null)
    {
        _options = options.Value;
        _source = source;
        _meters = meters;
        _listener.InstrumentPublished = Publish;
        _listener.SetMeasurementEventCallback<byte>(static (_, value, tags, state) => ((InstrumentStore)state!).Record(value, tags));
        _listener.SetMeasurementEventCallback<short>(static (_, value, tags, state) => ((InstrumentStore)state!).Record(value, tags));
        _listener.SetMeasurementEventCallback<int>(static (_, value, tags, state) => ((InstrumentStore)state!).Record(value, tags));
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, state) => ((InstrumentStore)state!).Record(value, tags));
        _listener.SetMeasurementEventCallback<float>(static (_, value, tags, state) => ((InstrumentStore)state!).Record(value, tags));
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, state) => ((InstrumentStore)state!).Record(value, tags));
        _listener.SetMeasurementEventCallback<decimal>(static (_, value, tags, state) => ((InstrumentStore)state!).Record((double)value, tags));
        _listener.Start();
    }

    /// <summary>Callbacks of observable instruments that threw; the others were still read.</summary>
    public long FailedCallbacks => Interlocked.Read(ref _failedCallbacks);

    /// <summary>Needs no thread-pool thread, so that a heartbeat of a starved worker still carries its numbers.</summary>
    public MetricsSnapshot Collect()
    {
        lock (_gate)
        {
            foreach (var store in _stores.Values)
            {
                store.BeginRound();
            }

            try
            {
                _listener.RecordObservableInstruments();
            }
            catch (AggregateException)
            {
                // One callback that throws must not cost the numbers of all others; it is told as a number of its own.
                Interlocked.Increment(ref _failedCallbacks);
            }

            var families = new List<MetricFamily>(_stores.Count);
            foreach (var store in _stores.Values)
            {
                var family = store.Read();
                if (family.Series.Count > 0)
                {
                    families.Add(family);
                }
            }

            return new MetricsSnapshot(_source.Name, _source.StartedAt, families);
        }
    }

    public void Dispose() => _listener.Dispose();

    private void Publish(Instrument instrument, MeterListener listener)
    {
        if (!Wanted(instrument.Meter))
        {
            return;
        }

        InstrumentStore? store;
        lock (_gate)
        {
            var kind = Kind(instrument);
            if (!_stores.TryGetValue(instrument.Name, out store))
            {
                if (_stores.Count >= _options.MaxInstruments)
                {
                    return;
                }

                store = new InstrumentStore(instrument, kind, _options.MaxSeriesPerInstrument);
                _stores.Add(instrument.Name, store);
            }
            else if (store.Kind != kind)
            {
                return;
            }
        }

        listener.EnableMeasurementEvents(instrument, store);
    }

    private bool Wanted(Meter meter)
    {
        // A meter made by another container's factory belongs to another host of this process (the console, a test).
        if (meter.Scope is not null && !ReferenceEquals(meter.Scope, _meters))
        {
            return false;
        }

        foreach (var pattern in _options.Meters)
        {
            var matches = pattern.EndsWith('*')
                ? meter.Name.AsSpan().StartsWith(pattern.AsSpan(0, pattern.Length - 1), StringComparison.Ordinal)
                : string.Equals(meter.Name, pattern, StringComparison.Ordinal);
            if (matches)
            {
                return true;
            }
        }

        return false;
    }

    private static MetricKind Kind(Instrument instrument)
    {
        // Published as a counter by the runtime, but a length: as a counter it would be exported with _total and rated.
        if (instrument.Name == "dotnet.thread_pool.queue.length")
        {
            return MetricKind.Gauge;
        }

        var type = instrument.GetType();
        var shape = type.IsGenericType ? type.GetGenericTypeDefinition() : type;
        return shape switch
        {
            _ when shape == typeof(Counter<>) || shape == typeof(ObservableCounter<>) => MetricKind.Counter,
            _ when shape == typeof(UpDownCounter<>) || shape == typeof(ObservableUpDownCounter<>) => MetricKind.Sum,
            _ when shape == typeof(Histogram<>) => MetricKind.Histogram,
            _ => MetricKind.Gauge,
        };
    }
}
