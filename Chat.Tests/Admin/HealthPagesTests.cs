using System.Net;
using Bunit;
using Chat.Admin;
using Chat.Admin.Access;
using Chat.Admin.Pages;
using Chat.Contracts.Management;
using Chat.Tests.Support;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Chat.Tests.Admin;

/// <summary>The parts of the health page: channels, callers, and what is read without signing in.</summary>
public sealed class HealthPagesTests
{
    [Fact]
    public async Task Webhooks_AreCardsWithWhatIsSent()
    {
        await using var bed = new AdminBed(Role.Viewer);
        bed.Api.Answer(ManagementRoutes.Channels, (IReadOnlyList<ChannelCard>)
        [
            new() { Name = "pager", Kind = "webhook", Target = "https://hooks.example.org/…", Signed = true, Firing = """{"status":"firing","at":"<b>"}""", Resolved = """{"status":"resolved"}""" },
            new() { Name = "log", Kind = "log", Firing = "no json" },
        ]);
        var page = bed.Open(typeof(Chat.Admin.Pages.Health), "/healthchecks-ui?tab=webhooks");
        page.WaitForAssertion(() => Assert.Equal(["pager webhook", "log log"], page.FindAll(".hook h3").Select(h => h.TextContent)));
        Assert.Equal("{\n  \"status\": \"firing\",\n  \"at\": \"<b>\"\n}", page.FindAll(".hook pre")[0].TextContent.ReplaceLineEndings("\n"));
        Assert.Equal(page.FindAll(".hook pre")[0].TextContent, page.FindAll(".hook [data-copy]")[0].GetAttribute("data-copy"));
        Assert.Equal("no json", page.FindAll(".hook pre")[2].TextContent);
        Assert.Contains("signed: header X-Signature", page.FindAll(".hook")[0].TextContent);
        Assert.Contains("is for operators", page.FindAll(".hook")[1].TextContent);
    }

    [Fact]
    public async Task Callers_AreATableThatIsNarrowedByEndpoint()
    {
        await using var bed = new AdminBed(Role.Operator);
        bed.Api.Answer(ManagementRoutes.HealthCallers, new HealthCallersAnswer
        {
            Callers = [Caller("/health/ui", "unnamed", 200, 1), Caller("/ready", "Kubernetes", 503, 2)], Partial = new() { Text = "1 of 2 workers answered" },
        });
        var page = bed.Open(typeof(Chat.Admin.Pages.Health), "/healthchecks-ui?tab=callers");
        page.WaitForAssertion(() => Assert.Equal(["Kubernetes", "unnamed"], page.FindAll("td b").Select(b => b.TextContent)));
        Assert.Equal("1 of 2 workers answered", page.Find(".partial").TextContent);
        Assert.Contains("503", page.Find("td .mark.bad").TextContent);
        await page.Find("select[aria-label=Endpoint]").ChangeAsync(new() { Value = "/health/ui" });
        page.WaitForAssertion(() => Assert.Equal(["unnamed"], page.FindAll("td b").Select(b => b.TextContent)));
        Assert.Contains("path=%2Fhealth%2Fui", page.FindAll("a[download]")[0].GetAttribute("href"));
    }

    [Fact]
    public async Task Public_SwitchedOn_ShowsTheChecksAndNamesNoNode()
    {
        await using var bed = new AdminBed(Role.Viewer, "north.internal", "south.internal");
        bed.Services.GetRequiredService<IOptions<AdminOptions>>().Value.AnonymousHealth = true;
        Samples.Fill(bed.Api);
        bed.Api.Down.Add("south.internal");
        var page = bed.Open(typeof(PublicHealth), "/healthchecks-ui/public");
        page.WaitForAssertion(() => Assert.Equal(["Node 1", "Node 2"], page.FindAll("h2").Select(h => h.TextContent)));
        Assert.Equal("Node 1: degraded; Node 2: no answer", page.Find("[role=status][data-refresh-said]").TextContent);
        Assert.Equal("database", page.Find("td b").TextContent);
        Assert.Equal(90, page.FindAll(".segments i").Count);
        Assert.DoesNotContain("internal", page.Markup);
        Assert.All(bed.Api.Gets, g => Assert.Equal((ManagementRoutes.Health, Role.Viewer), (g.PathAndQuery, g.Role)));
    }

    [Fact]
    public async Task Public_NotSwitchedOn_AsksNobodyAndLeadsToTheSignIn()
    {
        await using var bed = new AdminBed(Role.Viewer);
        Samples.Fill(bed.Api);
        var page = bed.Open(typeof(PublicHealth), "/healthchecks-ui/public");
        Assert.EndsWith("/admin/login?to=%2Fhealthchecks-ui", bed.Services.GetRequiredService<NavigationManager>().Uri);
        Assert.Empty(page.FindAll("td"));
        Assert.Empty(bed.Api.Gets);
    }

    [Theory]
    [InlineData(false, "healthchecks-ui", "/admin/login?to=%2Fhealthchecks-ui")]
    [InlineData(true, "healthchecks-ui", "/healthchecks-ui/public")]
    [InlineData(true, "admin/health", "/admin/login?to=%2Fadmin%2Fhealth")]
    [InlineData(true, "admin/workers", "/admin/login?to=%2Fadmin%2Fworkers")]
    [InlineData(true, "admin/metrics/raw", "/admin/login?to=%2Fadmin%2Fmetrics%2Fraw")]
    [InlineData(true, "admin/export/health-callers.csv", "/admin/login?to=%2Fadmin%2Fexport%2Fhealth-callers.csv")]
    [InlineData(false, "healthchecks-ui/public", "/admin/login?to=%2Fhealthchecks-ui")]
    public async Task Stranger_IsSentToTheSignIn_OrToTheHealthAloneWhereThatIsOpen(bool open, string path, string to)
    {
        await using var app = await StartAsync(open);
        using var http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri(app.Urls.First()) };
        using var answer = await http.GetAsync(path);
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.EndsWith(to, answer.Headers.Location!.ToString(), StringComparison.Ordinal);
        await app.StopAsync();
    }

    [Fact]
    public async Task Public_SwitchedOn_IsAPlainPageWithoutACircuit()
    {
        await using var app = await StartAsync(open: true);
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        var page = await http.GetStringAsync("healthchecks-ui/public");
        Assert.Contains("data-refresh=\"10\"", page, StringComparison.Ordinal);
        Assert.Contains("It did not answer.", page, StringComparison.Ordinal);
        Assert.DoesNotContain("blazor.web", page, StringComparison.Ordinal);
        Assert.DoesNotContain("127.0.0.1", page, StringComparison.Ordinal);
        await app.StopAsync();
    }

    private static HealthCallerView Caller(string path, string kind, int code, int second) => new() { Path = path, Kind = kind, Address = "10.0.0.x", FirstAt = Samples.Now, LastAt = Samples.Now.AddSeconds(second), Count = 7, LastCode = code };

    private static async Task<Microsoft.AspNetCore.Builder.WebApplication> StartAsync(bool open)
    {
        var app = Chat.Admin.Program.Build(
            [$"--urls=http://127.0.0.1:{FreePort.Next()}", $"--Admin:Folder={TestRun.NewFolder("console")}", "--environment=Production", $"--Admin:AnonymousHealth={open}", "--Management:Url=http://127.0.0.1:9"],
            builder => builder.Logging.ClearProviders());
        await app.StartAsync();
        return app;
    }
}
