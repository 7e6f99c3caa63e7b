using Chat.Server.Access;
using Chat.Server.Storage.Retention;
using Chat.Server.Workers.Ports;
using Chat.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace Chat.Tests.Workers.Ports;

public sealed class LiveSectionTests
{
    private readonly IConfigurationRoot _configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Limits:SendBurst", "7")]).Build();

    [Theory]
    [InlineData("SendBurst", "12", "12")]
    [InlineData("SendBurst", " 12 ", "12")]
    [InlineData("SendsPerSecond", "2.50", "2.5")]
    [InlineData("SendsPerSecond", "0", "0")]
    public void Try_Good_IsWrittenAsTheConfigurationWritesIt(string name, string value, string written)
    {
        using var limits = Limits();
        Assert.Equal(new LiveTrial.Good(written), limits.Try(Setting(limits, name), value));
    }

    [Theory]
    [InlineData("SendBurst", "0", "Limits:SendBurst is an integer, 1 to 1000000.")]
    [InlineData("SendBurst", "1000001", "Limits:SendBurst is an integer, 1 to 1000000.")]
    [InlineData("SendBurst", "1.5", "Limits:SendBurst is an integer, 1 to 1000000.")]
    [InlineData("SendBurst", "many", "Limits:SendBurst is an integer, 1 to 1000000.")]
    [InlineData("SendBurst", "", "Limits:SendBurst is an integer, 1 to 1000000.")]
    [InlineData("SendsPerSecond", "-1", "Limits:SendsPerSecond is a number, 0 to 1000000.")]
    [InlineData("SendsPerSecond", "NaN", "Limits:SendsPerSecond is a number, 0 to 1000000.")]
    [InlineData("SendsPerSecond", "Infinity", "Limits:SendsPerSecond is a number, 0 to 1000000.")]
    public void Try_Bad_TellsWhatItMayBe(string name, string value, string problem)
    {
        using var limits = Limits();
        Assert.Equal(new LiveTrial.Bad(problem), limits.Try(Setting(limits, name), value));
    }

    [Theory]
    [InlineData("MaxAge", "30", "30.00:00:00")]
    [InlineData("MaxAge", "", "")]
    [InlineData("MaxEvents", "4", "4")]
    [InlineData("Interval", "00:00:30", "00:00:30")]
    public void Try_OfWhatMayBeNone_TakesEmpty(string name, string value, string written)
    {
        using var retention = TestSections.Live(new RetentionOptions(), new RetentionOptionsValidator());
        Assert.Equal(new LiveTrial.Good(written), retention.Try(Setting(retention, name), value));
    }

    [Theory]
    [InlineData("MaxAge", "00:00:00", "longer than nothing")]
    [InlineData("MaxEvents", "0", "at least 1")]
    [InlineData("Interval", "00:00:00.050", "00:00:00.100 to 1.00:00:00")]
    [InlineData("Interval", "", "a time span")]
    public void Try_AgainstARuleOfTheSection_TellsTheRule(string name, string value, string part)
    {
        using var retention = TestSections.Live(new RetentionOptions(), new RetentionOptionsValidator());
        Assert.Contains(part, Assert.IsType<LiveTrial.Bad>(retention.Try(Setting(retention, name), value)).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Current_TheConfigurationChanges_FollowsAndTellsOnce()
    {
        using var limits = Limits();
        var told = 0;
        limits.Changed += () => told++;
        _configuration["Limits:SendBurst"] = "9";
        _configuration.Reload();
        _configuration["Logging:LogLevel:Default"] = "Debug";
        _configuration.Reload();
        Assert.Equal((9, 1), (limits.Current.SendBurst, told));
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("-1")]
    public void Current_TheConfigurationIsEditedIntoNonsense_StaysAndFollowsAgain(string nonsense)
    {
        using var limits = Limits();
        _configuration["Limits:SendBurst"] = nonsense;
        _configuration.Reload();
        Assert.Equal(7, limits.Current.SendBurst);
        _configuration["Limits:SendBurst"] = "8";
        _configuration.Reload();
        Assert.Equal(8, limits.Current.SendBurst);
    }

    private LiveSection<LimitsOptions> Limits() =>
        new(LimitsOptions.Section, _configuration, new LimitsOptions { SendBurst = 7 }, [], NullLogger<LiveSection<LimitsOptions>>.Instance);

    private static LiveSetting Setting(ILiveSection section, string name) => section.Settings.Single(s => s.Key.EndsWith($":{name}", StringComparison.Ordinal));
}
