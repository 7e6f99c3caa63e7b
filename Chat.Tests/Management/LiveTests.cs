using System.Net.ServerSentEvents;
using System.Text.Json;
using Chat.Contracts;
using Chat.Contracts.Management;
using Chat.Server.Alerts;
using Chat.Server.Alerts.Rules;
using Chat.Server.Workers.Ports;
using Chat.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Tests.Management;

/// <summary>Alerts as operators handle them, and the feed that tells of them.</summary>
public sealed class LiveTests(ManagementBed bed) : IClassFixture<ManagementBed>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Feed_Snapshots_ComeAgainAndWorkersAtOnce()
    {
        await using var feed = await LiveReader.OpenAsync(bed.Viewer);
        var first = await feed.NextAsync<Overview>(LiveEvents.Snapshot);
        Overview next;
        do
        {
            // A picture is kept for a moment, and may be told twice; the time that is waited for a snapshot ends this.
            next = await feed.NextAsync<Overview>(LiveEvents.Snapshot);
            Assert.True(next.At >= first.At);
        }
        while (next.At == first.At);
        Assert.Equal(1, next.Tiles.WorkersTotal);

        bed.Server.Services.GetRequiredService<IWorkerJournal>().Report("fallback", "told by the test");
        var told = await feed.NextAsync<WorkerEventView>(LiveEvents.Worker);
        Assert.Equal(("w1", "fallback", "told by the test"), (told.Worker, told.Kind, told.Text));
        Assert.Contains(await bed.Viewer.ReadAsync<NodeEvent[]>(ManagementRoutes.Events), e => e.Text == "told by the test");
    }

    [Fact]
    public async Task Feed_WithoutAKey_IsRefused() => await (await bed.Stranger.GetAsync(ManagementRoutes.Live)).RefusedAsync(401);

    [Fact]
    public async Task Alert_FromTheRuleToItsSilence_IsToldAndWrittenDown()
    {
        await using var feed = await LiveReader.OpenAsync(bed.Viewer);
        await feed.NextAsync<Overview>(LiveEvents.Snapshot);

        // No disk is more than wholly free, so the rule is broken from now on.
        var changed = await bed.Admin.DoAsync<ActionResult>(ManagementRoutes.Rule.With("DiskFull"), new { threshold = 1.1, forSeconds = 0, reason = "a trial" });
        Assert.Equal(ActionOutcomes.Done, changed.Outcome);
        AlertChange fired;
        do
        {
            fired = await feed.NextAsync<AlertChange>(LiveEvents.Alert);
        }
        while (fired is not { To: "firing", Alert.Rule: "DiskFull" });

        var fingerprint = fired.Alert.Fingerprint;
        Assert.Equal("critical", fired.Alert.Severity);
        Assert.Contains("diskfull", fired.Alert.Runbook, StringComparison.Ordinal);

        var acknowledge = ManagementRoutes.AlertAcknowledge.With(fingerprint);
        Assert.Equal(ActionOutcomes.Done, (await bed.Operator.DoAsync<ActionResult>(acknowledge, new { note = "on it" })).Outcome);
        Assert.Equal(ActionOutcomes.Already, (await bed.Admin.DoAsync<ActionResult>(acknowledge, new { note = "me too" })).Outcome);

        object silence = new { matchers = new[] { new { name = "alertname", @operator = "=", value = "DiskFull" } }, endsAt = TimeProvider.System.GetUtcNow().AddHours(1), comment = "a trial" };
        var trial = await bed.Operator.DoAsync<SilenceResult>(ManagementRoutes.Silences, new { matchers = new[] { new { name = "alertname", @operator = "=", value = "DiskFull" } }, dryRun = true });
        Assert.Null(trial.Id);
        Assert.Contains(trial.Mutes, a => a.Fingerprint == fingerprint);
        var made = await bed.Operator.DoAsync<SilenceResult>(ManagementRoutes.Silences, silence);
        await Eventually.TrueAsync(
            async () => (await bed.Viewer.ReadAsync<AlertsAnswer>(ManagementRoutes.Alerts)).Silenced.Any(a => a.Fingerprint == fingerprint), "the silence mutes", Patience);
        var now = await bed.Viewer.ReadAsync<AlertsAnswer>(ManagementRoutes.Alerts);
        Assert.Equal("on it", now.Firing.Single(a => a.Fingerprint == fingerprint).Acknowledged?.Note);
        Assert.True(now.Rules.Single(r => r.Name == "DiskFull").IsChanged);

        Assert.Equal(ActionOutcomes.Done, (await bed.Operator.DoAsync<ActionResult>(ManagementRoutes.SilenceExpire.With(made.Id!))).Outcome);
        Assert.Equal(ActionOutcomes.Already, (await bed.Operator.DoAsync<ActionResult>(ManagementRoutes.SilenceExpire.With(made.Id!))).Outcome);
        Assert.Equal(ActionOutcomes.Done, (await bed.Admin.DoAsync<ActionResult>(ManagementRoutes.RuleReset.With("DiskFull"))).Outcome);

        var rows = (await bed.AuditAsync()).Items;
        Assert.Contains(rows, r => r is { Action: "rule.change", Object: "rules/DiskFull", Reason: "a trial", Result: "done" } && r.After!.Contains("1.1", StringComparison.Ordinal));
        Assert.Contains(rows, r => r.Action == "alert.acknowledge" && r.Result == "done" && r.Reason == "on it");
        Assert.Contains(rows, r => r.Action == "alert.silence" && r.After == "alertname=DiskFull" && r.Object == $"silences/{made.Id}");
        Assert.Single(rows, r => r is { Action: "alert.silence", Result: "done" });
    }

    [Theory]
    [InlineData("""{"matchers":[],"comment":"x","endsAt":"2999-01-01T00:00:00Z"}""")]
    [InlineData("""{"matchers":[{"name":"alertname","operator":"=~","value":"("}],"comment":"x","endsAt":"2999-01-01T00:00:00Z"}""")]
    [InlineData("""{"matchers":[{"name":"alertname","operator":"~","value":"a"}],"comment":"x","endsAt":"2999-01-01T00:00:00Z"}""")]
    [InlineData("""{"matchers":[{"name":"alertname","operator":"=","value":"a"}],"comment":"","endsAt":"2999-01-01T00:00:00Z"}""")]
    [InlineData("""{"matchers":[{"name":"alertname","operator":"=","value":"a"}],"comment":"x","endsAt":"2999-01-01T00:00:00Z"}""")]
    [InlineData("""{"matchers":[{"name":null,"operator":"=","value":"a"}],"comment":"x"}""")]
    [InlineData("""{"matchers":[null],"comment":"x"}""")]
    public async Task Silence_Hostile_IsRefused(string body) => await (await bed.Operator.PostAsync(ManagementRoutes.Silences, body)).RefusedAsync(400);

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"forSeconds":-1}""")]
    [InlineData("""{"forSeconds":1e9}""")]
    [InlineData("""{"threshold":"NaN"}""")]
    [InlineData("""{"threshold":-1}""")]
    public async Task Rule_HostileChange_IsRefused(string body) => await (await bed.Admin.PostAsync(ManagementRoutes.Rule.With("DiskLow"), body)).RefusedAsync(400);

    [Fact]
    public async Task Rule_ChangedInOneField_FollowsTheConfigurationInTheOthers()
    {
        var changes = bed.Server.Services.GetRequiredService<AlertEngine>();
        await bed.Admin.DoAsync<ActionResult>(ManagementRoutes.Rule.With("QueueOld"), new { threshold = 90 });
        Assert.Equal(new RuleChange(Threshold: 90), changes.Read((state, _) => state.Changes["QueueOld"]));

        await bed.Admin.DoAsync<ActionResult>(ManagementRoutes.Rule.With("QueueOld"), new { forSeconds = 20 });

        Assert.Equal(new RuleChange(Threshold: 90, For: TimeSpan.FromSeconds(20)), changes.Read((state, _) => state.Changes["QueueOld"]));
        await bed.Admin.DoAsync<ActionResult>(ManagementRoutes.RuleReset.With("QueueOld"));
    }

    [Fact]
    public async Task LogLevel_ForAWhile_IsChangedAndShown()
    {
        var route = ManagementRoutes.LogLevel;
        foreach (var category in new[] { "", "No such", "A..B", ".A", "A:B", new string('A', 201) })
        {
            await (await bed.Admin.PostAsync(route, $$"""{"category":"{{category}}","level":"Debug"}""")).RefusedAsync(400);
        }

        await (await bed.Admin.PostAsync(route, """{"category":"Default","level":"3"}""")).RefusedAsync(400);
        await bed.Admin.DoAsync<ActionResult>(route, new { category = "Default", level = "Error", seconds = 600 });
        var levels = (await bed.Viewer.ReadAsync<SettingsAnswer>(ManagementRoutes.Settings)).LogLevels;
        Assert.NotNull(levels.Single(l => l.Category == "Default").Until);
        await bed.Admin.DoAsync<ActionResult>(route, new { category = "Chat.Server.Delivery.Pumps", level = "Debug", seconds = 600 });
        var set = (await bed.Viewer.ReadAsync<SettingsAnswer>(ManagementRoutes.Settings)).LogLevels.Single(l => l.Category == "Chat.Server.Delivery.Pumps");
        Assert.Equal(("Debug", true), (set.Level, set.Until is not null));
        await bed.Admin.DoAsync<ActionResult>(route, new { category = "Chat.Server.Delivery.Pumps" });
        await bed.Admin.DoAsync<ActionResult>(route, new { category = "Default" });
        levels = (await bed.Viewer.ReadAsync<SettingsAnswer>(ManagementRoutes.Settings)).LogLevels;
        Assert.Null(levels.Single(l => l.Category == "Default").Until);
        Assert.DoesNotContain(levels, l => l.Category == "Chat.Server.Delivery.Pumps");
        var row = (await bed.AuditAsync("&action=settings.log-level&object=log-level/Chat.Server.Delivery.Pumps")).Items.Last(r => r.Result == "done");
        Assert.Equal(("Error", "Debug"), (row.Before, row.After));
    }

    [Fact]
    public async Task Settings_Values_AreMaskedAndHiddenFromViewers()
    {
        var seen = (await bed.Admin.ReadAsync<SettingsAnswer>(ManagementRoutes.Settings)).Settings.ToDictionary(s => s.Key);
        Assert.Equal(("••••", true), (seen["Auth:SigningKey"].Value, seen["Auth:SigningKey"].Masked));
        Assert.Equal(("https://hooks.example.org/••••", true), (seen["Alerts:Webhooks:0:Url"].Value, seen["Alerts:Webhooks:0:Url"].Masked));
        Assert.Equal(("0", "command line", true), (seen["Workers:Count"].Value, seen["Workers:Count"].Source, seen["Workers:Count"].NeedsRestart));
        Assert.Equal("file", seen["Delivery:Window"].Source);
        Assert.All((await bed.Viewer.ReadAsync<SettingsAnswer>(ManagementRoutes.Settings)).Settings, s => Assert.Null(s.Value));
    }

    [Fact]
    public async Task Console_ActsForAPerson_WithThePersonsRole()
    {
        HttpRequestMessage As(HttpMethod method, string path, string role, object? body = null) => new(method, path)
        {
            Headers = { { ManagementHeaders.Actor, "Zo%C3%AB" }, { ManagementHeaders.Role, role }, { ManagementHeaders.Address, "203.0.113.77" } },
            Content = body is null ? null : JsonContentOf(body),
        };

        var me = JsonSerializer.Deserialize<WhoAmI>(await (await bed.Console.SendAsync(As(HttpMethod.Get, ManagementRoutes.Me, "operator"))).Content.ReadAsStringAsync(), ChatJson.Options)!;
        Assert.Equal(("Zoë", "operator", "console"), (me.Name, me.Role, me.Via));
        await (await bed.Console.SendAsync(As(HttpMethod.Get, ManagementRoutes.Me, "root"))).RefusedAsync(400);
        var refused = await (await bed.Console.SendAsync(As(HttpMethod.Post, ManagementRoutes.Maintenance, "viewer", new { on = true, reason = "x" }))).RefusedAsync(403);
        using var noted = await bed.Console.SendAsync(As(HttpMethod.Post, ManagementRoutes.Audit, "viewer", new { action = "signin", @object = "users/zoe", before = "away", after = "here" }));
        Assert.Equal(200, (int)noted.StatusCode);

        var rows = (await bed.AuditAsync("&actor=Zo%C3%AB")).Items;
        Assert.Contains(rows, r => r.CorrelationId == refused.TraceId && r is { Result: "refused", Address: "203.0.113.x" });
        Assert.Contains(rows, r => r is { Action: "signin", Object: "users/zoe", Role: "viewer", Before: "away", After: "here" });

        // Others' keys speak for nobody but themselves.
        using var forged = As(HttpMethod.Get, ManagementRoutes.Me, "admin");
        var still = JsonSerializer.Deserialize<WhoAmI>(await (await bed.Viewer.SendAsync(forged)).Content.ReadAsStringAsync(), ChatJson.Options)!;
        Assert.Equal(("viewer", "viewer"), (still.Name, still.Role));
        await (await bed.Admin.PostAsync(ManagementRoutes.Audit, """{"action":"signin"}""")).RefusedAsync(403);
    }

    private static StringContent JsonContentOf(object body) => new(JsonSerializer.Serialize(body, ChatJson.Options), System.Text.Encoding.UTF8, "application/json");

    /// <summary>Reads the feed as any client of server-sent events would.</summary>
    private sealed class LiveReader(HttpResponseMessage response, IAsyncEnumerator<SseItem<string>> items) : IAsyncDisposable
    {
        public static async Task<LiveReader> OpenAsync(HttpClient client)
        {
            var response = await client.GetAsync(ManagementRoutes.Live, HttpCompletionOption.ResponseHeadersRead);
            Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
            return new(response, SseParser.Create(await response.Content.ReadAsStreamAsync()).EnumerateAsync().GetAsyncEnumerator());
        }

        public async Task<T> NextAsync<T>(string name)
        {
            while (await items.MoveNextAsync().AsTask().WaitAsync(Patience))
            {
                if (items.Current.EventType == name)
                {
                    return JsonSerializer.Deserialize<T>(items.Current.Data, ChatJson.Options)!;
                }
            }

            throw new InvalidOperationException($"The feed ended before {name} came.");
        }

        public ValueTask DisposeAsync()
        {
            response.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
