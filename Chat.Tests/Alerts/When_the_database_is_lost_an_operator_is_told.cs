using System.Text.Json;
using Chat.Server.Alerts;
using Chat.Server.Health;
using Chat.Server.Telemetry;
using Chat.Server.Telemetry.Metrics;
using Chat.Tests.Alerts.Channels;
using Chat.Tests.Health;
using Chat.Tests.Support;
using Chat.Tests.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Chat.Tests.Alerts;

/// <summary>From the failing check to the receiver's hands, with nothing replaced but the database.</summary>
public sealed class When_the_database_is_lost_an_operator_is_told
{
    [Fact]
    public async Task Health_metrics_page_and_webhook_agree()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var database = new FakeProbe("database", "ready").Answers(ProbeResult.Reached());
        await using var app = Build(receiver, database);
        await app.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        await Eventually.TrueAsync(async () => (await http.GetAsync("/ready")).IsSuccessStatusCode, "the service is ready");
        Assert.Empty(receiver.Calls);

        database.Answers(ProbeResult.Unreachable("refused"));

        await Eventually.TrueAsync(() => !receiver.Calls.IsEmpty, "the webhook is called");
        Assert.Equal("firing DatabaseUnavailable", Told(receiver)[0]);
        Assert.Equal(503, (int)(await http.GetAsync("/health")).StatusCode);
        var page = await http.GetStringAsync("/metrics");
        Assert.Contains("ALERTS{alertname=\"DatabaseUnavailable\",alertstate=\"firing\",severity=\"critical\"} 1", page);
        Assert.Contains("chat_dependency_up{dependency=\"database\"} 0", page);
        Assert.Contains("chat_alert_watchdog 1", page);
        var (code, output) = await Promtool.CheckAsync(page);
        Assert.True(code == 0, output);

        database.Answers(ProbeResult.Reached());

        await Eventually.TrueAsync(() => Told(receiver).Contains("resolved DatabaseUnavailable"), "the end is told");
        Assert.Equal(["firing DatabaseUnavailable", "resolved DatabaseUnavailable"], Told(receiver).Where(t => t.EndsWith("DatabaseUnavailable", StringComparison.Ordinal)));
        Assert.Null(await app.Services.GetRequiredService<IAlertBook>().TestChannelAsync("pager", CancellationToken.None));
        Assert.Equal("firing TestNotification", Told(receiver)[^1]);
    }

    private static string[] Told(WebhookReceiver receiver) => [.. receiver.Calls.Select(call =>
    {
        var body = JsonDocument.Parse(call.Body).RootElement;
        return $"{body.GetProperty("status").GetString()} {body.GetProperty("alerts")[0].GetProperty("labels").GetProperty("alertname").GetString()}";
    })];

    private static WebApplication Build(WebhookReceiver receiver, FakeProbe database)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        foreach (var (key, value) in new Dictionary<string, string>
        {
            ["Telemetry:Log:Console"] = "false",
            ["Telemetry:SampleEvery"] = "00:00:00.1",
            ["Health:CheckEveryOf:database"] = "00:00:00.5",
            ["Alerts:Folder"] = TestRun.NewFolder("alerts"),
            ["Alerts:GroupInterval"] = "00:00:01",
            ["Alerts:Rules:DatabaseUnavailable:KeepFiringFor"] = "00:00:00",
            ["Alerts:Webhooks:0:Name"] = "pager",
            ["Alerts:Webhooks:0:Url"] = receiver.Url,
            ["Alerts:Webhooks:0:Secret"] = "s3cret",
        })
        {
            builder.Configuration[key] = value;
        }

        builder.Services.AddSingleton<IHealthProbe>(database);
        builder.AddTelemetry();
        builder.AddNodeMetrics();
        builder.AddHealth(HealthScope.Serving | HealthScope.Node);
        builder.AddAlerts();
        var app = builder.Build();
        app.MapHealth();
        app.MapMetrics();
        return app;
    }
}
