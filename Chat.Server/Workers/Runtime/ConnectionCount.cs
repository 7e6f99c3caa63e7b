using System.Diagnostics.Metrics;

namespace Chat.Server.Workers.Runtime;

/// <summary>The process's hub connections, taken from the meter that SignalR keeps anyway, so that no feature has to be asked.</summary>
internal sealed class ConnectionCount : IDisposable
{
    private readonly MeterListener _listener = new();
    private long _current;

    /// <param name="meters">Whose meter counts: another host of this process (the console, a test) has connections of its own.</param>
    public ConnectionCount(IMeterFactory meters)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument is { Meter.Name: "Microsoft.AspNetCore.Http.Connections", Name: "signalr.server.active_connections" }
                && ReferenceEquals(instrument.Meter.Scope, meters))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, change, _, _) => Interlocked.Add(ref _current, change));
        _listener.Start();
    }

    public long Current => Interlocked.Read(ref _current);

    public void Dispose() => _listener.Dispose();
}
