using Chat.Contracts;
using Chat.Contracts.Management;
using Chat.Server.Management.Settings;
using Chat.Tests.Hubs;
using Chat.Tests.Hubs.Wire;
using Chat.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Tests.Management;

/// <summary>Settings that are changed while the server runs, from the API to what clients are told.</summary>
public sealed class SettingChangeTests(ManagementBed bed) : IClassFixture<ManagementBed>
{
    private const string Route = ManagementRoutes.SettingChange;

    [Fact]
    public async Task RateLimit_Changed_HoldsAtTheHubIsAuditedAndGoesBack()
    {
        var alice = await bed.Server.ConnectAsync("alice");
        Assert.Null(await PingAsync(alice));
        await ChangeAsync("Limits:SignalsPerSecond", "0.001");
        var done = await ChangeAsync("Limits:SignalBurst", " 1 ");
        Assert.Equal((ActionOutcomes.Done, "Limits:SignalBurst is 1 now."), (done.Outcome, done.Text));

        Assert.Null(await PingAsync(alice));
        Assert.Equal(ErrorCodes.RateLimited, await PingAsync(alice));

        var shown = await SettingAsync("Limits:SignalBurst");
        Assert.Equal(("1", SettingSources.Running, "100", "100", "admin", false), (shown.Value, shown.Source, shown.Configured, shown.Default, shown.ChangedBy, shown.NeedsRestart));
        Assert.Equal(new SettingRule("integer", "1 to 1000000", false), shown.Change);
        var row = Assert.Single((await bed.AuditAsync("&action=settings.change")).Items, r => r.CorrelationId == done.CorrelationId);
        Assert.Equal(("admin", "setting/Limits:SignalBurst", "a test", "100", "1", "done"), (row.Actor, row.Object, row.Reason, row.Before, row.After, row.Result));
        Assert.Equal(ActionOutcomes.Already, (await ChangeAsync("Limits:SignalBurst", "1")).Outcome);

        await ChangeAsync("Limits:SignalsPerSecond", null);
        await ChangeAsync("Limits:SignalBurst", null);
        Assert.Equal(ActionOutcomes.Already, (await ChangeAsync("Limits:SignalBurst", null)).Outcome);
        for (var i = 0; i < 50; i++)
        {
            Assert.Null(await PingAsync(alice));
        }

        shown = await SettingAsync("Limits:SignalBurst");
        Assert.Equal(("100", SettingSources.File, null, null), (shown.Value, shown.Source, shown.Configured, shown.ChangedBy));
    }

    [Theory]
    [InlineData("Limits:SendBurst", "0", "Limits:SendBurst is an integer, 1 to 1000000.")]
    [InlineData("Limits:SendBurst", "", "Limits:SendBurst is an integer, 1 to 1000000.")]
    [InlineData("Retention:MaxAge", "-1", "Retention:MaxAge must be longer than nothing; leave it out to keep events for ever.")]
    [InlineData("Retention:MaxEvents", "some", "Retention:MaxEvents is an integer, or empty for none.")]
    public async Task Change_NotGood_IsRefusedWithTheRuleAndChangesNothing(string key, string value, string message)
    {
        var before = await SettingAsync(key);
        var error = await (await bed.Admin.PostAsync(Route, $$"""{"key":"{{key}}","value":"{{value}}","reason":"a test"}""")).RefusedAsync(400);
        Assert.Equal((ManagementCodes.Invalid, message), (error.Code, error.Message));
        Assert.Equal(before, await SettingAsync(key));
        Assert.Contains((await bed.AuditAsync("&action=settings.change")).Items, r => r.CorrelationId == error.TraceId && r.Result == "failed");
    }

    [Theory]
    [InlineData("Auth:SigningKey")]
    [InlineData("Limits:NoSuch")]
    [InlineData("Logging:LogLevel:Default")]
    [InlineData("")]
    public async Task Change_OfWhatCannotBeChanged_IsNotFound(string key) =>
        await (await bed.Admin.PostAsync(Route, $$"""{"key":"{{key}}","value":"1","reason":"a test"}""")).RefusedAsync(404);

    [Fact]
    public async Task Rule_ChangedAmongTheAlerts_IsTheSettingInForce()
    {
        await bed.Admin.DoAsync<ActionResult>(ManagementRoutes.Rule.With("SpoolFilling"), new { threshold = 0.75 });
        var threshold = await SettingAsync("Alerts:Rules:SpoolFilling:Threshold");
        Assert.Equal(("0.75", SettingSources.Running, "0.8"), (threshold.Value, threshold.Source, threshold.Configured));
        Assert.Equal(SettingSources.File, (await SettingAsync("Alerts:Rules:SpoolFilling:For")).Source);
        await bed.Admin.DoAsync<ActionResult>(ManagementRoutes.RuleReset.With("SpoolFilling"));
        Assert.Equal(("0.8", SettingSources.File), (await SettingAsync("Alerts:Rules:SpoolFilling:Threshold")) is var back ? (back.Value!, back.Source) : default);
    }

    [Fact]
    public async Task Reset_ToWhatIsConfiguredAndNotGood_IsRefusedAndTheChangeHolds()
    {
        const string key = "Limits:UserConnectBurst";
        var file = ((IConfigurationRoot)bed.Server.Services.GetRequiredService<IConfiguration>()).Providers.OfType<JsonConfigurationProvider>().Last(p => p.TryGet(key, out _));
        await ChangeAsync(key, "61");
        file.Set(key, "nonsense");
        var error = await (await bed.Admin.PostAsync(Route, $$"""{"key":"{{key}}","reason":"a test"}""")).RefusedAsync(409);
        Assert.Contains("What is configured is not good", error.Message, StringComparison.Ordinal);
        Assert.Equal("61", (await SettingAsync(key)).Value);
        file.Set(key, "60");
        Assert.Equal(ActionOutcomes.Done, (await ChangeAsync(key, null)).Outcome);
    }

    [Fact]
    public async Task Change_WithoutAReason_IsRefused() => await (await bed.Admin.PostAsync(Route, """{"key":"Limits:SendBurst","value":"1"}""")).RefusedAsync(400);

    [Fact]
    public async Task Retention_GivenWhereThereWasNone_RemovesWithoutARestart()
    {
        var alice = await bed.Server.ConnectAsync("alice");
        var group = await alice.CreateAsync("group", "bob");
        for (var n = 1; n <= 9; n++)
        {
            await alice.SendAsync(group, $"{group}-{n}", "text");
        }

        await ChangeAsync("Retention:MaxEvents", "3");

        await Eventually.EqualAsync(7L, async () => (await bed.Admin.ReadAsync<ConversationDetail>(ManagementRoutes.Conversation.With(group))).Conversation.First, "the first seq");
        await ChangeAsync("Retention:MaxEvents", "");
        Assert.Equal(("", SettingSources.Running), (await SettingAsync("Retention:MaxEvents")) is var none ? (none.Value!, none.Source) : default);
        await ChangeAsync("Retention:MaxEvents", null);
    }

    [Fact]
    public async Task Settings_All_HaveDefaultsAndWhatNoFileNames()
    {
        var seen = (await bed.Admin.ReadAsync<SettingsAnswer>(ManagementRoutes.Settings)).Settings.ToDictionary(s => s.Key);
        Assert.Equal(("2048", "2048", SettingSources.File), (seen["Delivery:Window"].Value, seen["Delivery:Window"].Default, seen["Delivery:Window"].Source));
        Assert.Equal("", seen["Retention:MaxAge"].Value);
        Assert.Equal("••••", seen["Auth:SigningKey"].Value);
        Assert.Equal("", seen["Auth:SigningKey"].Default);
        Assert.Null(seen["Delivery:Window"].Change);
        Assert.Subset(seen.Keys.ToHashSet(), OptionsCatalogue.Defaults.Keys.ToHashSet());
        Assert.All((await bed.Viewer.ReadAsync<SettingsAnswer>(ManagementRoutes.Settings)).Settings, s => Assert.Equal((null, null, null), (s.Value, s.Default, s.Configured)));
    }

    [Fact]
    public async Task About_ForAdmins_TellsWhatTheBuildKnew()
    {
        await (await bed.Operator.GetAsync(ManagementRoutes.About)).RefusedAsync(403);
        var about = await bed.Admin.ReadAsync<AboutAnswer>(ManagementRoutes.About);
        Assert.Equal("0.1.0", about.Version);
        Assert.StartsWith(".NET 10.", about.Runtime, StringComparison.Ordinal);
        Assert.Contains(about.Packages, p => p is { Name: "Npgsql", Licence: "PostgreSQL" });

        // What lies beside the server is what it tells, no less.
        var beside = Directory.GetFiles(AppContext.BaseDirectory, "*.dll").Select(f => Path.GetFileNameWithoutExtension(f)!).ToHashSet();
        Assert.Subset(about.Packages.Select(p => p.Name).ToHashSet(), new[] { "Serilog", "Polly.Core", "OpenTelemetry", "Microsoft.EntityFrameworkCore" }.Where(beside.Contains).ToHashSet());
        Assert.All(about.Packages, p => Assert.True(p.Version.Length > 0 && p.Licence.Length > 0, p.ToString()));
        var console = AboutAnswer.Of(typeof(Chat.Admin.AdminOptions).Assembly);
        Assert.Contains(console.Packages, p => p is { Name: "Radzen.Blazor", Licence: "MIT" });
        Assert.Contains(console.Packages, p => p is { Name: "Otp.NET", Licence: "LICENSE.txt of the package" });
    }

    [Fact]
    public void Kept_Unreadable_IsPutAsideAndNothingIsChanged()
    {
        var folder = TestRun.NewFolder("settings");
        var path = Path.Combine(folder, "settings.json");
        File.WriteAllText(path, "{ half");
        var file = new SettingsFile(
            Microsoft.Extensions.Options.Options.Create(new Chat.Server.Management.ManagementOptions { SettingsFile = path }),
            Microsoft.Extensions.Logging.Abstractions.NullLogger<SettingsFile>.Instance);
        Assert.Empty(file.Load());
        Assert.True(File.Exists(path + ".unreadable"));
        var change = new SettingChange("1", DateTimeOffset.UnixEpoch, "ada");
        Assert.True(file.TrySave(new Dictionary<string, SettingChange> { ["Limits:SendBurst"] = change }));
        Assert.Equal(change, file.Load()["Limits:SendBurst"]);
    }

    private Task<ActionResult> ChangeAsync(string key, string? value) => bed.Admin.DoAsync<ActionResult>(Route, new SettingRequest { Key = key, Value = value, Reason = "a test" });

    private async Task<SettingView> SettingAsync(string key) => (await bed.Admin.ReadAsync<SettingsAnswer>(ManagementRoutes.Settings)).Settings.Single(s => s.Key == key);

    private static async Task<string?> PingAsync(WireClient client) => ChatHubTests.CodeOf(await client.CallAsync("Ping", new { }));
}
