namespace Chat.Server.Telemetry.Logging;

/// <summary>
/// Puts the levels before another provider's loggers. Serilog's own overrides are fixed when its logger is built, so that a category without one could not be
/// given a level while the process runs.
/// </summary>
internal sealed class LeveledLoggers(ILoggerProvider inner, LogLevels levels) : ILoggerProvider, ISupportExternalScope
{
    public ILogger CreateLogger(string categoryName) => new LeveledLogger(inner.CreateLogger(categoryName), levels.CellOf(categoryName));

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => (inner as ISupportExternalScope)?.SetScopeProvider(scopeProvider);

    public void Dispose() => inner.Dispose();

    private sealed class LeveledLogger(ILogger inner, LevelCell cell) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => inner.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => logLevel >= cell.Level && inner.IsEnabled(logLevel);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel >= cell.Level)
            {
                inner.Log(logLevel, eventId, state, exception, formatter);
            }
        }
    }
}
