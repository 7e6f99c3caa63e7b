using Chat.Contracts.Management;
using Chat.Tests.Support;

namespace Chat.Tests.Management;

/// <summary>Who polls the server, and where its alerts go, as the API tells it.</summary>
public sealed class HealthCallerTests(ManagementBed bed) : IClassFixture<ManagementBed>
{
    [Fact]
    public async Task Callers_OfBothPorts_AreToldByKindAndWithoutTheirWords()
    {
        foreach (var port in new[] { bed.Server.Address, bed.Server.ManagementAddress })
        {
            using var client = new HttpClient { BaseAddress = port };
            client.DefaultRequestHeaders.Add("User-Agent", "kube-probe/1.31 canary-agent");
            using var answer = await client.GetAsync("/ready");
        }

        // Whoever asks has the answer before it is noted.
        var caller = await Eventually.GetAsync(
            async () => (await bed.Viewer.ReadAsync<HealthCallersAnswer>(ManagementRoutes.HealthCallers)).Callers.SingleOrDefault(c => c is { Kind: "Kubernetes", Path: "/ready" }),
            c => c?.Count == 2,
            "both calls are noted");
        Assert.Equal("loopback", caller!.Address);
        Assert.InRange(caller.LastCode, 200, 503);
        Assert.DoesNotContain("canary", await bed.Viewer.GetStringAsync(ManagementRoutes.HealthCallers), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Channels_AreShownWithExamplesAndWithoutSecrets()
    {
        var cards = await bed.Operator.ReadAsync<ChannelCard[]>(ManagementRoutes.Channels);
        var pager = cards.Single(c => c.Name == "pager");
        Assert.Equal(("webhook", "https://hooks.example.org/…", true), (pager.Kind, pager.Target, pager.Signed));
        Assert.Contains("\"status\":\"firing\"", pager.Firing, StringComparison.Ordinal);
        Assert.Contains("\"status\":\"resolved\"", pager.Resolved, StringComparison.Ordinal);
        Assert.Contains("DatabaseUnavailable", cards.Single(c => c.Kind == "log").Firing, StringComparison.Ordinal);
        Assert.DoesNotContain(Environment.MachineName, pager.Firing, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", await bed.Admin.GetStringAsync(ManagementRoutes.Channels), StringComparison.Ordinal);

        // Where they go is a setting's value.
        Assert.All(await bed.Viewer.ReadAsync<ChannelCard[]>(ManagementRoutes.Channels), c => Assert.Null(c.Target));
    }

    [Fact]
    public async Task RawMetrics_ForWhoHasAKey_ArePrometheusText()
    {
        using var response = await bed.Viewer.GetAsync(ManagementRoutes.Metrics);
        Assert.Equal(200, (int)response.StatusCode);
        Assert.StartsWith("text/plain", response.Content.Headers.ContentType?.ToString(), StringComparison.Ordinal);
        Assert.Contains("\nchat_", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(401, (int)(await bed.Stranger.GetAsync(ManagementRoutes.Metrics)).StatusCode);
    }
}
