using Chat.Server.Telemetry.Logging;
using Chat.Tests.Support;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Xunit;

namespace Chat.Tests.Telemetry.Logging;

public sealed class BoundedSinkTests
{
    [Fact]
    public async Task Emit_SinkIsBlocked_DropsAndCountsWithoutMakingAnyoneWait()
    {
        using var blocked = new BlockedSink();
        using var sink = new BoundedSink("console", blocked, mostWaiting: 10, TimeProvider.System);
        using var logger = new LoggerConfiguration().WriteTo.Sink(sink).CreateLogger();
        logger.Information("first");
        await blocked.Entered.Task.WaitAsync(Eventually.Patience);

        for (var i = 0; i < 30; i++)
        {
            logger.Information("line {Number}", i);
        }

        Assert.Equal(20, sink.Dropped);

        blocked.Release();
        await Eventually.TrueAsync(() => blocked.Lines.Length >= 4, "the loss is told, and the log goes on");
        Assert.Equal(["first", "20 log lines were dropped", "line 0", "line 1"], blocked.Lines.Take(4));
    }

    [Fact]
    public async Task Emit_SinkThrows_CountsAndGoesOn()
    {
        var failing = new FailingSink { Fails = true };
        using var sink = new BoundedSink("file", failing, mostWaiting: 100, TimeProvider.System);
        using var logger = new LoggerConfiguration().WriteTo.Sink(sink).CreateLogger();

        logger.Information("lost");
        await Eventually.TrueAsync(() => sink.Failed == 1, "the failure is counted");
        failing.Fails = false;
        logger.Information("kept");

        await Eventually.TrueAsync(() => failing.Lines.Count == 2, "the next lines are written");
        Assert.Equal(["kept", "1 log lines were dropped"], failing.Lines);
    }

    [Fact]
    public async Task Dispose_SinkHangs_EndsAnyway()
    {
        using var blocked = new BlockedSink();
        var sink = new BoundedSink("console", blocked, mostWaiting: 10, TimeProvider.System, TimeSpan.FromMilliseconds(20));
        new LoggerConfiguration().WriteTo.Sink(sink).CreateLogger().Information("first");
        await blocked.Entered.Task.WaitAsync(Eventually.Patience);

        await Task.Run(sink.Dispose).WaitAsync(Eventually.Patience);

        Assert.Empty(blocked.Lines);
    }

    [Fact]
    public void Dispose_SinkCannotBeClosed_EndsAndCounts()
    {
        var sink = new BoundedSink("file", new UnclosableSink(), mostWaiting: 10, TimeProvider.System);

        sink.Dispose();

        Assert.Equal(1, sink.Failed);
    }

    private sealed class UnclosableSink : ILogEventSink, IDisposable
    {
        public void Emit(LogEvent logEvent)
        {
        }

        public void Dispose() => throw new IOException("No space left on device");
    }

    private sealed class BlockedSink : ILogEventSink, IDisposable
    {
        private readonly ManualResetEventSlim _released = new();
        private readonly List<string> _lines = [];

        public TaskCompletionSource Entered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string[] Lines
        {
            get
            {
                lock (_lines)
                {
                    return [.. _lines];
                }
            }
        }

        public void Release() => _released.Set();

        public void Emit(LogEvent logEvent)
        {
            Entered.TrySetResult();
            _released.Wait();
            lock (_lines)
            {
                _lines.Add(logEvent.RenderMessage());
            }
        }

        public void Dispose() => _released.Set();
    }

    private sealed class FailingSink : ILogEventSink
    {
        private readonly List<string> _lines = [];

        public volatile bool Fails;

        public List<string> Lines
        {
            get
            {
                lock (_lines)
                {
                    return [.. _lines];
                }
            }
        }

        public void Emit(LogEvent logEvent)
        {
            if (Fails)
            {
                throw new IOException("No space left on device");
            }

            lock (_lines)
            {
                _lines.Add(logEvent.RenderMessage());
            }
        }
    }
}
