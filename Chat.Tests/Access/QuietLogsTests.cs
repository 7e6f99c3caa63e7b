using Chat.Server.Access;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Chat.Tests.Access;

public sealed class QuietLogsTests
{
    [Fact]
    public void Apply_EverythingConfiguredToTrace_KeepsRequestLinesAndArgumentsSilent()
    {
        var lines = new Lines();
        using var services = new ServiceCollection()
            .AddLogging(logging => logging
                .AddProvider(lines)
                .SetMinimumLevel(LogLevel.Trace)
                .AddFilter("Microsoft.AspNetCore", LogLevel.Trace)
                .AddFilter<Lines>("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Trace)
                .AddFilter("Microsoft.AspNetCore.SignalR.Internal.DefaultHubDispatcher", LogLevel.Debug))
            .PostConfigure<LoggerFilterOptions>(QuietLogs.Apply)
            .BuildServiceProvider();
        var loggers = services.GetRequiredService<ILoggerFactory>();

        loggers.CreateLogger("Microsoft.AspNetCore.Hosting.Diagnostics").LogInformation("Request starting ?access_token=secret");
        loggers.CreateLogger("Microsoft.AspNetCore.SignalR.Internal.DefaultHubDispatcher").LogDebug("arguments with a body");
        loggers.CreateLogger("Microsoft.AspNetCore.Http.Connections.HttpConnectionDispatcher").LogTrace("frame");
        loggers.CreateLogger("Microsoft.AspNetCore.Routing").LogDebug("kept");
        loggers.CreateLogger("Microsoft.AspNetCore.Hosting.Diagnostics").LogError("kept too");

        Assert.Equal(["kept", "kept too"], lines.Written);
    }

    [ProviderAlias("Lines")]
    private sealed class Lines : ILoggerProvider, ILogger
    {
        public List<string> Written { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Written.Add(formatter(state, exception));

        public void Dispose()
        {
        }
    }
}
