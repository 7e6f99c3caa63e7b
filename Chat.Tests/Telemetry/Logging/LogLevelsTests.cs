using Chat.Server.Telemetry.Logging;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Chat.Tests.Telemetry.Logging;

public sealed class LogLevelsTests : IDisposable
{
    private readonly IConfigurationRoot _configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
    {
        ["Logging:LogLevel:Default"] = "Information",
        ["Logging:LogLevel:Microsoft.AspNetCore"] = "Warning",
    }).Build();

    private readonly LogLevels _levels;

    public LogLevelsTests() => _levels = new LogLevels(_configuration);

    [Fact]
    public void Current_FromConfiguration_HasOursToo() => Assert.Equal(
        new Dictionary<string, LogLevel> { ["Default"] = LogLevel.Information, ["Microsoft.AspNetCore"] = LogLevel.Warning, ["Chat"] = LogLevel.Information },
        _levels.Current);

    [Theory]
    [InlineData("Microsoft.AspNetCore", LogLevel.Warning)]
    [InlineData("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Warning)]
    [InlineData("microsoft.aspnetcore.hosting", LogLevel.Warning)]
    [InlineData("Microsoft.AspNetCoreLike", LogLevel.Information)]
    [InlineData("Microsoft", LogLevel.Information)]
    [InlineData("Npgsql.Connection", LogLevel.Information)]
    public void Of_Category_IsTheNearestOne(string category, LogLevel level) => Assert.Equal(level, _levels.Of(category));

    [Fact]
    public void Cells_OfAnyCategory_FollowTheConfigurationThereAndBack()
    {
        var delivery = _levels.CellOf("Chat.Server.Delivery.Pumps.PumpLoop");
        var storage = _levels.CellOf("Chat.Server.Storage.StorageBreaker");
        Assert.Same(delivery, _levels.CellOf("Chat.Server.Delivery.Pumps.PumpLoop"));

        Change("Chat.Server.Delivery", "Trace");
        Assert.Equal((LogLevel.Trace, LogLevel.Information), (delivery.Level, storage.Level));
        Assert.Equal(LogLevel.Trace, _levels.Current["Chat.Server.Delivery"]);
        Assert.Equal(LogLevel.Trace, _levels.CellOf("Chat.Server.Delivery.Acks.CursorKeeper").Level);

        Change("Chat.Server.Delivery", null);
        Assert.Equal(LogLevel.Information, delivery.Level);

        Change("Default", "Error");
        Assert.Equal((LogLevel.Error, LogLevel.Error), (delivery.Level, _levels.Current["Chat"]));
    }

    [Fact]
    public void Loggers_BelowTheirLevel_AreSilentAndSpeakWhenItIsLowered()
    {
        var inner = new Recorder();
        using var provider = new LeveledLoggers(inner, _levels);
        var logger = provider.CreateLogger("Some.Category");
        logger.LogDebug("before");
        Assert.False(logger.IsEnabled(LogLevel.Debug));

        Change("Some", "Debug");
        logger.LogDebug("during");
        Change("Some", "None");
        logger.LogCritical("after");

        Assert.Equal(["during"], inner.Lines);
    }

    public void Dispose() => _levels.Dispose();

    private void Change(string category, string? level)
    {
        _configuration[$"Logging:LogLevel:{category}"] = level;
        _configuration.Reload();
    }

    private sealed class Recorder : ILoggerProvider, ILogger
    {
        public List<string> Lines { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add(formatter(state, exception));

        public void Dispose()
        {
        }
    }
}
