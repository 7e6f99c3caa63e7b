using Chat.Server.Workers.Runtime;
using Microsoft.Extensions.Configuration;

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
}
