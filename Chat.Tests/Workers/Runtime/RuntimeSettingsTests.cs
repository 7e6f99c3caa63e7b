using Chat.Server.Workers.Runtime;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Chat.Tests.Workers.Runtime;

public sealed class RuntimeSettingsTests
{
    private const string Key = "Logging:LogLevel:Default";
    private readonly RuntimeSettings _settings = new();
    private readonly IConfigurationRoot _configuration;

    public RuntimeSettingsTests() => _configuration = new ConfigurationBuilder()
        .AddInMemoryCollection([KeyValuePair.Create<string, string?>(Key, "Information")])
        .Add(_settings)
        .Build();

    [Fact]
    public void Change_LogLevel_LiesOverTheFileAndIsTakenBackByNull()
    {
        var reloads = 0;
        _configuration.GetReloadToken().RegisterChangeCallback(_ => reloads++, null);
        _settings.Change(Key, "Debug");
        Assert.Equal(("Debug", 1), (_configuration[Key], reloads));
        _settings.Change(Key, null);
        Assert.Equal("Information", _configuration[Key]);
    }

    [Fact]
    public void Change_AnythingElse_IsRefused() => Assert.Throws<ArgumentException>(() => _settings.Change("Auth:SigningKey", "stolen"));

    [Theory]
    [InlineData("Limits:SendBurst", true)]
    [InlineData("Retention:MaxAge", true)]
    [InlineData("Health:Maintenance", true)]
    [InlineData("LimitsOfOthers:SendBurst", false)]
    [InlineData("ConnectionStrings:Chat", false)]
    public void MayChange_Key_IsOneOfTheListed(string key, bool may) => Assert.Equal(may, RuntimeSettings.MayChange(key));

    [Fact]
    public void Change_WhileAnotherSectionIsNonsense_IsMadeAllTheSame()
    {
        _configuration.GetReloadToken().RegisterChangeCallback(_ => throw new OptionsValidationException("Alerts", typeof(object), ["A file was edited."]), null);
        _settings.Change(Key, "Debug");
        Assert.Equal("Debug", _configuration[Key]);
    }
}
