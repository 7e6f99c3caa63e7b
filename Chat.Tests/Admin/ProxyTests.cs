using Chat.Admin;
using Chat.Admin.Access;
using Chat.Tests.Support;
using Microsoft.Extensions.Logging;

namespace Chat.Tests.Admin;

/// <summary>A console behind a proxy that speaks TLS: who is believed, and what browsers are told then.</summary>
public sealed class ProxyTests
{
    [Theory]
    [InlineData(null, true)]
    [InlineData("127.0.0.0/8", true)]
    [InlineData("10.1.2.3", false)]
    public async Task ForwardedHeaders_OfAKnownProxyOnly_AreBelieved(string? known, bool believed)
    {
        var address = new Uri($"http://127.0.0.1:{FreePort.Next()}");
        await using var app = Chat.Admin.Program.Build(
            [
                $"--urls={address}", $"--Admin:Folder={TestRun.NewFolder("console")}", "--environment=Production", "--Admin:BehindProxy=true", "--Management:Url=http://127.0.0.1:9",
                .. known is null ? Array.Empty<string>() : [$"--Admin:KnownProxies:0={known}"],
            ],
            builder => builder.Logging.ClearProviders());
        await app.StartAsync();
        using var http = new HttpClient { BaseAddress = address };
        using var request = new HttpRequestMessage(HttpMethod.Get, "admin/alive");
        request.Headers.Host = "console.example.org";
        request.Headers.Add("X-Forwarded-Proto", "https");
        using var response = await http.SendAsync(request);

        // Told only over TLS, so it shows whose word on that was taken.
        Assert.Equal(believed, response.Headers.Contains("Strict-Transport-Security"));
        await app.StopAsync();
    }

    [Theory]
    [InlineData("10.0.0.1", true)]
    [InlineData("10.0.0.0/8", true)]
    [InlineData("fd00::/8", true)]
    [InlineData("proxy.example.org", false)]
    public void KnownProxies_NeitherAddressNorNetwork_IsRefused(string proxy, bool good) =>
        Assert.Equal(good, Proxies.Problem(new AdminOptions { KnownProxies = [proxy] }) is null);
}
