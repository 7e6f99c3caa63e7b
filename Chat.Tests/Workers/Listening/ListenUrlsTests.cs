using System.Net;
using Chat.Server.Workers.Listening;
using Microsoft.Extensions.Configuration;

namespace Chat.Tests.Workers.Listening;

public sealed class ListenUrlsTests
{
    [Fact]
    public void Public_NothingConfigured_IsTheDefault() => Assert.Equal(["http://localhost:5080"], ListenUrls.Public(Settings()));

    [Fact]
    public void Public_Urls_WinOverPorts() =>
        Assert.Equal(["http://a:1", "https://b:2"], ListenUrls.Public(Settings(("urls", "http://a:1; https://b:2;"), ("http_ports", "8080"))));

    [Fact]
    public void Public_PortsOfAContainerImage_MeanAllAddresses() =>
        Assert.Equal(["http://*:8080", "https://*:8443"], ListenUrls.Public(Settings(("http_ports", "8080"), ("https_ports", "8443"))));

    [Theory]
    [InlineData("http://localhost:0", "http://localhost:")]
    [InlineData("http://127.0.0.1:0", "http://127.0.0.1:")]
    [InlineData("https://*:0", "https://*:")]
    public void WithPort_Zero_BecomesARealPort(string url, string start)
    {
        var chosen = ListenUrls.WithPort(url);
        Assert.StartsWith(start, chosen, StringComparison.Ordinal);
        Assert.InRange(int.Parse(chosen[start.Length..], System.Globalization.CultureInfo.InvariantCulture), 1, 65535);
    }

    [Theory]
    [InlineData("http://localhost:5080")]
    [InlineData("http://unix:/tmp/chat.sock")]
    public void WithPort_NothingToChoose_LeavesTheAddressAlone(string url) => Assert.Equal(url, ListenUrls.WithPort(url));

    [Fact]
    public void EndPoints_AreWhatKestrelBinds()
    {
        Assert.Equal([new(IPAddress.Loopback, 5080), new(IPAddress.IPv6Loopback, 5080)], ListenUrls.EndPoints("http://localhost:5080"));
        Assert.Equal([new(IPAddress.Parse("10.1.2.3"), 80)], ListenUrls.EndPoints("http://10.1.2.3"));
        Assert.Equal(81, Assert.Single(ListenUrls.EndPoints("http://*:81")).Port);
        Assert.Empty(ListenUrls.EndPoints("http://unix:/tmp/chat.sock"));
    }

    private static IConfiguration Settings(params (string Key, string? Value)[] settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, s.Value))).Build();
}
