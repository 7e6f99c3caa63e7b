using System.Net;
using System.Text.Json;
using Chat.Server.Health;
using Chat.Server.Telemetry;
using Chat.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Xunit;

namespace Chat.Tests.Health;

/// <summary>The endpoints as their readers see them, in each state of the service.</summary>
public sealed class HealthEndpointsTests : IAsyncLifetime
{
    private const string Secret = "Host=db7.internal;Password=hunter2";

    private readonly ManualTimeProvider _time = new();
    private readonly FakeProbe _database = new FakeProbe("database", "ready").Answers(ProbeResult.Reached());
    private readonly FakeProbe _redis = new FakeProbe("redis").Answers(ProbeResult.Reached());
    private readonly FakeWorkers _workers = new() { Current = new(4, 4, []) };
    private WebApplication _app = null!;
    private HttpClient _http = null!;

    public static TheoryData<string> UiPaths => ["/health", "/health/ui", "/healthz"];

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseTestServer();
        builder.Configuration["Telemetry:Log:Console"] = "false";
        builder.Services.AddSingleton<TimeProvider>(_time);
        builder.Services.AddSingleton<IWorkerFacts>(_workers);
        builder.Services.AddSingleton<IHealthProbe>(_database);
        builder.Services.AddSingleton<IHealthProbe>(_redis);
        builder.AddTelemetry();
        builder.AddNodeMetrics();
        builder.AddHealth(HealthScope.Serving | HealthScope.Node);

        // The checks run when a test says so.
        builder.Services.RemoveAll<Microsoft.Extensions.Hosting.IHostedService>();
        _app = builder.Build();
        _app.MapHealth();
        _app.MapHealthApi();
        await _app.StartAsync();
        _http = _app.GetTestClient();
        _app.Services.GetRequiredService<HealthLifecycle>().MarkStarted();
    }

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _app.DisposeAsync();
    }

    [Theory]
    [MemberData(nameof(UiPaths))]
    public async Task Ui_AllWell_IsHealthy(string path)
    {
        await CheckAsync();

        var (code, report) = await ReadAsync(path);

        Assert.Equal((HttpStatusCode.OK, HealthUiReader.Status.Healthy), (code, report.Status));
        Assert.Equal(["database", "redis", "workers", "websocket", "queue", "disk", "spool"], report.Entries.Keys);
        Assert.All(report.Entries.Values, entry => Assert.Equal(HealthUiReader.Status.Healthy, entry!.Status));
        Assert.Equal(["ready"], report.Entries["database"]!.Tags!);
        Assert.Equal(["ready"], report.Entries["websocket"]!.Tags!);
        Assert.Empty(report.Entries["redis"]!.Tags!);
        Assert.True(report.Entries["database"]!.Data!["connected"].GetBoolean());
        Assert.True(report.Entries["database"]!.Data!["responseTime"].GetInt32() >= 0);
        Assert.All(report.Entries.Values, entry => Assert.Null(entry!.Exception));
    }

    [Theory]
    [MemberData(nameof(UiPaths))]
    public async Task Ui_RedisLostAndAWorkerDown_IsDegradedWith200(string path)
    {
        await CheckAsync();
        _redis.Answers(ProbeResult.Unreachable("unreachable; single-node fallback active"));
        _workers.Current = new WorkerFacts(4, 3, [new("w2", "backing_off", null, 1, 1, "signal")]);
        await CheckAsync();
        await CheckAsync();

        var (code, report) = await ReadAsync(path);

        Assert.Equal((HttpStatusCode.OK, HealthUiReader.Status.Degraded), (code, report.Status));
        Assert.Equal((HealthUiReader.Status.Degraded, "unreachable; single-node fallback active"), (report.Entries["redis"]!.Status, report.Entries["redis"]!.Description));
        Assert.Equal(JsonValueKind.Null, report.Entries["redis"]!.Data!["responseTime"].ValueKind);
        Assert.Equal("3 of 4 up; w2 backing off (restart 1)", report.Entries["workers"]!.Description);
    }

    [Theory]
    [MemberData(nameof(UiPaths))]
    public async Task Ui_DatabaseLost_IsUnhealthyWith503AndStillReadable(string path)
    {
        await CheckAsync();
        _database.Answer = _ => throw new InvalidOperationException(Secret);
        await CheckAsync();
        await CheckAsync();

        using var response = await _http.GetAsync(path);
        var report = await HealthUiReader.ReadAsync(response);

        Assert.Equal((HttpStatusCode.ServiceUnavailable, HealthUiReader.Status.Unhealthy), (response.StatusCode, report.Status));
        Assert.Equal("application/json", response.Content.Headers.ContentType!.ToString());
        var body = await response.Content.ReadAsStringAsync();
        Assert.DoesNotContain("db7", body);
        Assert.DoesNotContain("InvalidOperation", body);
    }

    [Theory]
    [MemberData(nameof(UiPaths))]
    public async Task Ui_NothingCheckedYet_IsUnhealthyNotBroken(string path)
    {
        var (code, report) = await ReadAsync(path);

        Assert.Equal((HttpStatusCode.ServiceUnavailable, HealthUiReader.Status.Unhealthy), (code, report.Status));
        Assert.Equal("not checked yet", report.Entries["database"]!.Description);
    }

    [Fact]
    public async Task Ui_NoWorkerLeft_IsUnhealthy()
    {
        await CheckAsync();
        _workers.Current = new WorkerFacts(4, 0, []);

        var (code, report) = await ReadAsync("/health/ui");

        Assert.Equal((HttpStatusCode.ServiceUnavailable, HealthUiReader.Status.Unhealthy), (code, report.Status));
    }

    [Fact]
    public async Task Ui_StatusesAreWrittenAsEachReaderExpects()
    {
        await CheckAsync();

        Assert.Equal("Healthy", (await JsonAsync("/health/ui")).GetProperty("status").GetString());
        Assert.Equal("Healthy", (await JsonAsync("/healthz")).GetProperty("entries").GetProperty("disk").GetProperty("status").GetString());
        Assert.Equal("healthy", (await JsonAsync("/health")).GetProperty("status").GetString());
        Assert.Equal("healthy", (await JsonAsync("/health")).GetProperty("entries").GetProperty("disk").GetProperty("status").GetString());
    }

    [Fact]
    public async Task Ui_CheckTalksTooMuch_IsCutAndCleaned()
    {
        _redis.Answers(ProbeResult.ReachedButDegraded("password=hunter2\n" + new string('x', 5_000)));
        await CheckAsync();

        var description = (await ReadAsync("/health/ui")).Report.Entries["redis"]!.Description!;

        Assert.StartsWith("password=[redacted] xxx", description);
        Assert.Equal(300, description.Length);
    }

    [Fact]
    public async Task Health_ShortShape_HasTheThreeMembers()
    {
        await CheckAsync();
        var well = await JsonAsync("/health");
        Assert.Equal(JsonValueKind.Number, well.GetProperty("database").GetProperty("responseTime").ValueKind);

        _redis.Answers(ProbeResult.NotConfigured);
        _database.Answers(ProbeResult.Unreachable("refused"));
        _workers.Current = new WorkerFacts(4, 3, []);
        await CheckAsync();
        await CheckAsync();
        var ill = await JsonAsync("/health");

        Assert.Equal("unhealthy", ill.GetProperty("status").GetString());
        Assert.Equal("""{"connected":false,"responseTime":null}""", ill.GetProperty("database").GetRawText());
        Assert.Equal("""{"connected":false,"responseTime":null}""", ill.GetProperty("redis").GetRawText());
        Assert.Equal("healthy", ill.GetProperty("entries").GetProperty("redis").GetProperty("status").GetString());
        Assert.Equal("""{"total":4,"healthy":3,"crashed":1}""", ill.GetProperty("workers").GetRawText());
        Assert.True(TimeSpan.TryParseExact(ill.GetProperty("totalDuration").GetString(), "c", null, out _));
    }

    [Fact]
    public async Task Ready_WithoutRedis_IsReady()
    {
        await CheckAsync();
        _redis.Answers(ProbeResult.Unreachable("gone"));
        await CheckAsync();
        await CheckAsync();

        var (code, body) = await RawAsync("/ready");

        Assert.Equal(HttpStatusCode.OK, code);
        Assert.Equal("""{"ready":true,"checks":{"database":"healthy","websocket":"healthy"},"status":"Healthy"}""", body);
    }

    [Fact]
    public async Task Ready_DatabaseLost_IsNotReady()
    {
        _database.Answers(ProbeResult.Unreachable("gone"));
        await CheckAsync();

        var (code, body) = await RawAsync("/ready");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, code);
        Assert.Equal("""{"ready":false,"checks":{"database":"unhealthy","websocket":"healthy"},"status":"Unhealthy"}""", body);
    }

    [Fact]
    public async Task Ready_StartingAndDraining_IsNotReadyAtOnce()
    {
        await CheckAsync();
        var lifecycle = _app.Services.GetRequiredService<HealthLifecycle>();
        var hydration = lifecycle.Hold("hydration");
        Assert.Equal("""{"ready":false,"checks":{"database":"healthy","websocket":"unhealthy"},"status":"Unhealthy"}""", (await RawAsync("/ready")).Body);

        hydration.Dispose();
        Assert.Equal(HttpStatusCode.OK, (await RawAsync("/ready")).Code);

        lifecycle.MarkDraining();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await RawAsync("/ready")).Code);
        Assert.Equal("degraded", (await JsonAsync("/health")).GetProperty("status").GetString());
    }

    [Fact]
    public async Task Live_EvenWithoutAnything_IsAlive()
    {
        var (code, body) = await RawAsync("/live");

        Assert.Equal((HttpStatusCode.OK, """{"status":"Healthy"}"""), (code, body));
    }

    [Theory]
    [InlineData("/health")]
    [InlineData("/health/ui")]
    [InlineData("/healthz")]
    [InlineData("/ready")]
    [InlineData("/live")]
    [InlineData("/healthchecks-api")]
    public async Task Any_HeadAndGet_AreAlikeAndNeverCached(string path)
    {
        await CheckAsync();
        using var get = await _http.GetAsync(path);
        using var head = await _http.SendAsync(new HttpRequestMessage(HttpMethod.Head, path));

        Assert.Equal(get.StatusCode, head.StatusCode);
        Assert.Equal((await get.Content.ReadAsByteArrayAsync()).Length, head.Content.Headers.ContentLength);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync());
        Assert.Equal("no-store", get.Headers.CacheControl!.ToString());
        Assert.Equal("application/json", head.Content.Headers.ContentType!.ToString());
        using var post = await _http.PostAsync(path, content: null);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, post.StatusCode);
    }

    [Fact]
    public async Task Any_StormOfReaders_ChecksNothing()
    {
        await CheckAsync();

        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => _http.GetAsync(i % 2 == 0 ? "/health" : "/ready")));

        Assert.Equal(1, _database.Calls);
    }

    [Fact]
    public async Task Any_CheckHangs_AnswersAnyway()
    {
        await CheckAsync();
        _database.Answer = _ => new TaskCompletionSource<ProbeResult>().Task;
        var hanging = _app.Services.GetRequiredService<HealthMonitor>().CheckAllAsync(CancellationToken.None);
        await _time.WaitForTimerAsync(TimeSpan.FromSeconds(2));

        Assert.Equal(HttpStatusCode.OK, (await RawAsync("/health")).Code);

        Assert.False(hanging.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(2));
        await hanging;
    }

    [Fact]
    public async Task Api_AfterAChange_HasTheListOfTheRealOne()
    {
        await CheckAsync();
        _time.Advance(TimeSpan.FromSeconds(5));
        _redis.Answers(ProbeResult.ReachedButDegraded("read-only"));
        await CheckAsync();

        var list = await JsonAsync("/healthchecks-api");

        var endpoint = Assert.Single(list.EnumerateArray());
        Assert.Equal(
            ["id", "status", "onStateFrom", "lastExecuted", "uri", "name", "discoveryService", "entries", "history"],
            endpoint.EnumerateObject().Select(p => p.Name));
        Assert.Equal("Degraded", endpoint.GetProperty("status").GetString());
        Assert.Equal("2030-01-01T00:00:05.0000000Z", endpoint.GetProperty("onStateFrom").GetString());
        Assert.Equal(["id", "name", "status", "description", "duration", "tags"], endpoint.GetProperty("entries")[0].EnumerateObject().Select(p => p.Name));
        var last = endpoint.GetProperty("history").EnumerateArray().Last();
        Assert.Equal(["id", "name", "description", "status", "on"], last.EnumerateObject().Select(p => p.Name));
        Assert.Equal(("redis", "Degraded", "read-only"), (last.GetProperty("name").GetString(), last.GetProperty("status").GetString(), last.GetProperty("description").GetString()));
    }

    [Fact]
    public async Task Api_AnEntryChangesUnderAnUnchangedWhole_IsInItsStateSinceTheWholeIs()
    {
        await CheckAsync();
        _time.Advance(TimeSpan.FromSeconds(5));
        _redis.Answers(ProbeResult.ReachedButDegraded("read-only"));
        await CheckAsync();
        _time.Advance(TimeSpan.FromSeconds(5));
        _workers.Current = new WorkerFacts(4, 3, [new("w2", "backing_off", null, 1, 1, "signal")]);
        await CheckAsync();

        var endpoint = Assert.Single((await JsonAsync("/healthchecks-api")).EnumerateArray());

        Assert.Equal("2030-01-01T00:00:05.0000000Z", endpoint.GetProperty("onStateFrom").GetString());
        Assert.Equal("2030-01-01T00:00:10.0000000Z", endpoint.GetProperty("history").EnumerateArray().Last().GetProperty("on").GetString());
        Assert.All(endpoint.GetProperty("history").EnumerateArray(), change => Assert.NotEqual("", change.GetProperty("name").GetString()));
    }

    private Task CheckAsync() => _app.Services.GetRequiredService<HealthMonitor>().CheckAllAsync(CancellationToken.None);

    private async Task<(HttpStatusCode Code, HealthUiReader.Report Report)> ReadAsync(string path)
    {
        using var response = await _http.GetAsync(path);
        return (response.StatusCode, await HealthUiReader.ReadAsync(response));
    }

    private async Task<(HttpStatusCode Code, string Body)> RawAsync(string path)
    {
        using var response = await _http.GetAsync(path);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private async Task<JsonElement> JsonAsync(string path) => JsonDocument.Parse((await RawAsync(path)).Body).RootElement;
}
