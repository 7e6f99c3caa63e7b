using System.Collections.Concurrent;
using Serilog.Core;
using Serilog.Events;
using Serilog.Parsing;

namespace Chat.Server.Telemetry.Logging;

/// <summary>
/// Between the callers and a sink that may block or fail (a terminal that nobody reads, a full disk): a bounded queue
/// and a thread of its own. A caller never waits; what finds no room is dropped and counted, and the loss is told in
/// the log as soon as it can be written again.
/// </summary>
internal sealed class BoundedSink : ILogEventSink, IDisposable
{
    private static readonly MessageTemplate LostLines = new MessageTemplateParser().Parse("{Dropped} log lines were dropped");

    private readonly BlockingCollection<LogEvent> _waiting;
    private readonly ILogEventSink _inner;
    private readonly TimeProvider _time;
    private readonly TimeSpan _drainLimit;
    private readonly Thread _writer;
    private long _dropped;
    private long _failed;
    private long _told;
    private int _closed;

    public BoundedSink(string name, ILogEventSink inner, int mostWaiting, TimeProvider time, TimeSpan? drainLimit = null)
    {
        Name = name;
        _inner = inner;
        _time = time;
        _drainLimit = drainLimit ?? TimeSpan.FromSeconds(2);
        _waiting = new BlockingCollection<LogEvent>(mostWaiting);
        _writer = new Thread(Write) { IsBackground = true, Name = $"log {name}" };
        _writer.Start();
    }

    public string Name { get; }

    /// <summary>Found the queue full.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>The sink threw.</summary>
    public long Failed => Interlocked.Read(ref _failed);

    public void Emit(LogEvent logEvent)
    {
        try
        {
            if (_waiting.TryAdd(logEvent))
            {
                return;
            }
        }
        catch (InvalidOperationException)
        {
            // Closed (or, as its descendant says, disposed): the process is ending.
        }

        Interlocked.Increment(ref _dropped);
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _closed, 1) == 1)
        {
            return;
        }

        _waiting.CompleteAdding();

        // A sink that hangs must not keep the process from ending; its thread is a background one.
        if (_writer.Join(_drainLimit))
        {
            CloseInner();
            _waiting.Dispose();
        }
    }

    private void CloseInner()
    {
        try
        {
            (_inner as IDisposable)?.Dispose();
        }
        catch (Exception)
        {
            // Closing writes what is left, and a full disk refuses it: no reason for the process to end as if it had crashed.
            Interlocked.Increment(ref _failed);
        }
    }

    private void Write()
    {
        foreach (var logEvent in _waiting.GetConsumingEnumerable())
        {
            if (TryWrite(logEvent))
            {
                TellLoss();
            }
        }
    }

    private bool TryWrite(LogEvent logEvent)
    {
        try
        {
            _inner.Emit(logEvent);
            return true;
        }
        catch (Exception)
        {
            // A full disk; there is no better place to tell of it than the counter.
            Interlocked.Increment(ref _failed);
            return false;
        }
    }

    private void TellLoss()
    {
        var lost = Dropped + Failed;
        if (lost > _told && TryWrite(new LogEvent(
            _time.GetUtcNow(), LogEventLevel.Warning, exception: null, LostLines, [new LogEventProperty("Dropped", new ScalarValue(lost - _told))])))
        {
            _told = lost;
        }
    }
}
