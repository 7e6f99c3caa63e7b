using System.Data.Common;
using System.Diagnostics.Metrics;
using Chat.Server.Storage.Writing;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Chat.Server.Storage;

/// <summary>How long work waits for a connection to the database; Npgsql counts only how many wait.</summary>
internal sealed class ConnectionWait : DbConnectionInterceptor, IDisposable
{
    private static readonly InstrumentAdvice<double> Buckets = new()
    {
        HistogramBucketBoundaries = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    };

    private readonly Meter _meter;
    private readonly Histogram<double> _wait;

    public ConnectionWait(IMeterFactory meters)
    {
        _meter = meters.Create(WriterMeter.Name);
        _wait = _meter.CreateHistogram("db.client.connection.wait_time", "s", "From asking for a connection to having it, the opening of a new one included.", advice: Buckets);
    }

    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData) => _wait.Record(eventData.Duration.TotalSeconds);

    public override Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        _wait.Record(eventData.Duration.TotalSeconds);
        return Task.CompletedTask;
    }

    public void Dispose() => _meter.Dispose();
}
