using Chat.Server.Telemetry.Logging;
using Chat.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Chat.Tests.Telemetry.Logging;

public sealed class LogLevelsTests : IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly IConfigurationRoot _configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
    {
        ["Logging:LogLevel:Default"] = "Information",
        ["Logging:LogLevel:Microsoft.AspNetCore"] = "Warning",
    }).Build();

    private readonly LogLevels _levels;

    public LogLevelsTests() => _levels = new LogLevels(_configuration, _time);

    [Fact]
    public void Current_FromConfiguration_HasOursToo() => Assert.Equal(
        new Dictionary<string, LogLevel> { ["Default"] = LogLevel.Information, ["Microsoft.AspNetCore"] = LogLevel.Warning, ["Chat"] = LogLevel.Information },
        _levels.Current);

    [Fact]
    public void TrySet_ForAWhile_RevertsByItself()
    {
        Assert.True(_levels.TrySet("Chat", LogLevel.Debug, TimeSpan.FromMinutes(10)));

        _time.Advance(TimeSpan.FromMinutes(9));
        Assert.Equal(LogLevel.Debug, _levels.Current["Chat"]);

        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(LogLevel.Information, _levels.Current["Chat"]);
    }

    [Fact]
    public void TrySet_UnknownCategory_IsRefused() => Assert.False(_levels.TrySet("Nowhere", LogLevel.Debug));

    [Fact]
    public void Reload_ConfigurationChanged_IsFollowedExceptWhereAnOperatorSetALevel()
    {
        _levels.TrySet("Chat", LogLevel.Trace, TimeSpan.FromMinutes(10));
        _configuration["Logging:LogLevel:Default"] = "Error";
        _configuration["Logging:LogLevel:Microsoft.AspNetCore"] = "Information";

        _configuration.Reload();

        Assert.Equal(LogLevel.Error, _levels.Current["Default"]);
        Assert.Equal(LogLevel.Information, _levels.Current["Microsoft.AspNetCore"]);
        Assert.Equal(LogLevel.Trace, _levels.Current["Chat"]);
    }

    public void Dispose() => _levels.Dispose();
}
