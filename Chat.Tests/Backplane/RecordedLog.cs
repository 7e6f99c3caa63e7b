using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Chat.Tests.Backplane;

/// <summary>Keeps what is logged, with the time, so that a test can count lines.</summary>
internal sealed class RecordedLog : ILoggerProvider
{
    private readonly ConcurrentQueue<Line> _lines = new();
    private readonly Stopwatch _watch = Stopwatch.StartNew();

    public sealed record Line(TimeSpan At, string Category, LogLevel Level, string Text);

    public IReadOnlyCollection<Line> Lines => _lines;

    public ILogger CreateLogger(string categoryName) => new Recorder(this, categoryName);

    public void Dispose()
    {
    }

    private sealed class Recorder(RecordedLog log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            log._lines.Enqueue(new Line(log._watch.Elapsed, category, logLevel, $"{formatter(state, exception)}{exception}"));
    }
}
