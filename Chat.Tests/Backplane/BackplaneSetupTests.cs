using System.Text.Json;
using Chat.Server.Backplane;
using Chat.Server.Backplane.Scaleout;
using Chat.Tests.Support;
using Chat.Server.Health;
using Microsoft.Extensions.Options;
using Xunit;

namespace Chat.Tests.Backplane;

public sealed class BackplaneSetupTests
{
    [Fact]
    public async Task Start_NoConnectionString_IsHealthyAndQuiet()
    {
        await using var host = await BackplaneHost.StartAsync(redis: null);

        Assert.Equal(new BackplaneStatus(BackplaneMode.Database, false, null, host.Bus.Status.Since), host.Bus.Status);
        var health = host.Health;
        Assert.Equal("Healthy not configured", $"{health.Level} {health.Description}");
        Assert.Null(health.Connected);
        Assert.DoesNotContain(host.Log.Lines, line => line.Category.StartsWith("Chat.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Start_NoConnectionStringAndNoDatabase_IsLocalAndHealthy()
    {
        var database = new SwitchedDatabase { IsAvailable = false };
        await using var host = await BackplaneHost.StartAsync(redis: null, database.Register);

        await host.WaitForModeAsync(BackplaneMode.Local);

        Assert.Equal(HealthLevel.Healthy, host.Health.Level);
    }

    [Theory]
    [InlineData("ProbeInterval", "00:00:10")]
    [InlineData("PublishBatch", "0")]
    [InlineData("ChannelPrefix", "with space")]
    [InlineData("MaxHold", "00:00:00.5")]
    public async Task Start_OptionOutOfRange_IsRefusedWithItsName(string key, string value)
    {
        var refused = await Assert.ThrowsAsync<OptionsValidationException>(() => BackplaneHost.StartAsync(redis: null, services: null, (key, value)));

        Assert.Contains(key, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("password=geheim")]
    [InlineData("host:6379,unknownOption=geheim")]
    public async Task Start_ConnectionStringNotUnderstood_IsRefusedWithoutRepeatingIt(string redis)
    {
        var refused = await Assert.ThrowsAsync<OptionsValidationException>(() => BackplaneHost.StartAsync(redis));

        Assert.Contains("ConnectionStrings:Redis", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_SettingsFile_HoldsEveryOneWithItsDefault()
    {
        using var settings = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "appsettings.json")));
        var section = settings.RootElement.GetProperty(BackplaneOptions.Section);

        AssertHoldsDefaults(section, new BackplaneOptions());
        AssertHoldsDefaults(section.GetProperty("Hubs"), new ScaleoutOptions());
    }

    private static void AssertHoldsDefaults(JsonElement section, object defaults)
    {
        foreach (var property in defaults.GetType().GetProperties().Where(property => property.CanWrite))
        {
            Assert.True(section.TryGetProperty(property.Name, out var value), $"{property.Name} is missing.");
            var expected = property.GetValue(defaults);
            Assert.True(Equals(expected, Read(value, expected!)), $"{property.Name} is {value}, its default is {expected}.");
        }
    }

    private static object Read(JsonElement value, object like) => like switch
    {
        TimeSpan => TimeSpan.Parse(value.GetString()!),
        bool => value.GetBoolean(),
        int => value.GetInt32(),
        _ => value.GetString()!,
    };
}
