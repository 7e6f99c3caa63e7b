using System.Diagnostics;
using System.Text.Json;
using Chat.Tests.Health;
using Chat.Tests.Support;
using Chat.Tests.Telemetry;
using Xunit.Abstractions;

namespace Chat.Tests.Faults;

/// <summary>F09, F12, F21 as an operator sees them: from the real fault to health, metrics and the receiver of the webhook.</summary>
[Collection(MeasuredAlone.Name)]
public sealed class When_an_operator_must_be_told(ITestOutputHelper output)
{
    private static readonly string[] Paths = ["/health", "/health/ui", "/healthz", "/ready", "/live"];

    [Theory]
    [InlineData("stopped")]
    [InlineData("hanging")]
    public async Task The_database_is_lost_and_everybody_says_so_at_once(string how)
    {
        await using var postgres = await PostgresServer.StartNewAsync();
        var database = postgres.ConnectionString(await postgres.CreateDatabaseAsync());
        await using var node = await WatchedNode.StartAsync(new ServerSettings { Workers = 2, Database = database });
        await node.UntilWorkersAsync(2, 2, 0, Deadline.Of(30));
        await AssertUiAsync(node, 200, HealthUiReader.Status.Healthy);
        var slowest = (Took: TimeSpan.Zero, Where: "");

        var start = Stopwatch.GetTimestamp();
        await (how == "stopped" ? postgres.StopAsync() : postgres.PauseAsync());

        await Eventually.TrueAsync(
            async () =>
            {
                slowest = Max(slowest, await AskAllAsync(node));
                return node.Receiver.Calls.Any(call => call.At > start && call.Headline == "firing DatabaseUnavailable critical");
            },
            "the operator is told",
            Deadline.Of(10));
        var told = await node.ToldAsync("firing DatabaseUnavailable critical", start, TimeSpan.Zero);
        var report = await AssertUiAsync(node, 503, HealthUiReader.Status.Unhealthy);
        Assert.Equal(HealthUiReader.Status.Unhealthy, report.Entries["database"]!.Status);
        var (code, health) = await node.HealthAsync();
        Assert.Equal((503, "unhealthy"), (code, health.GetProperty("status").GetString()));
        Assert.Equal("""{"connected":false,"responseTime":null}""", health.GetProperty("database").GetRawText());
        Assert.Equal(503, (await node.HealthAsync("/ready")).Code);
        Assert.Equal(200, (await node.HealthAsync("/live")).Code);
        await node.Server.WaitForStatusAsync("/ready", System.Net.HttpStatusCode.ServiceUnavailable);
        await AssertMetricsAsync(node, database: 0);
        slowest = Max(slowest, await AskAllAsync(node));

        if (how == "stopped")
        {
            await postgres.StartAsync();
        }
        else
        {
            postgres.Resume();
        }

        await node.ToldAsync("resolved DatabaseUnavailable critical", start, Deadline.Of(30));
        await Eventually.EqualAsync(200, async () => (await node.HealthAsync("/ready")).Code, "/ready", Deadline.Of(10));
        await AssertUiAsync(node, 200, HealthUiReader.Status.Healthy);
        await AssertMetricsAsync(node, database: 1);
        Assert.Single(node.Receiver.Calls, call => call.At > start && call.Headline == "firing DatabaseUnavailable critical");
        output.WriteLine($"{how}: told after {told.TotalSeconds:0.0} s, slowest answer {slowest.Took.TotalSeconds:0.000} s ({slowest.Where}; management is {node.Server.ManagementPort})");
        Assert.InRange(slowest.Took, TimeSpan.Zero, Deadline.Of(2));
    }

    [Fact]
    public async Task Redis_is_lost_and_the_node_is_degraded_but_ready()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await using var node = await WatchedNode.StartAsync(new ServerSettings { Workers = 2, Redis = redis.ConnectionString }
            .With("Alerts:Rules:RedisLost:For", "00:00:03"));
        await node.UntilWorkersAsync(2, 2, 0, Deadline.Of(30));
        await Eventually.EqualAsync("healthy", async () => (await node.HealthAsync()).Body.GetProperty("status").GetString(), "the node", Deadline.Of(10));

        var start = Stopwatch.GetTimestamp();
        await redis.StopAsync();

        await Eventually.EqualAsync("degraded", async () => (await node.HealthAsync()).Body.GetProperty("status").GetString(), "the node", Deadline.Of(10));
        var seen = Stopwatch.GetElapsedTime(start);
        var report = await AssertUiAsync(node, 200, HealthUiReader.Status.Degraded);
        Assert.Equal(HealthUiReader.Status.Degraded, report.Entries["redis"]!.Status);
        Assert.Equal(HealthUiReader.Status.Healthy, report.Entries["database"]!.Status);
        Assert.Equal(200, (await node.HealthAsync("/ready")).Code);
        Assert.Equal(System.Net.HttpStatusCode.OK, await node.Server.StatusAsync("/ready"));
        var told = await node.ToldAsync("firing RedisLost warning", start, Deadline.Of(20));

        await redis.StartAsync();

        await Eventually.EqualAsync("healthy", async () => (await node.HealthAsync()).Body.GetProperty("status").GetString(), "the node", Deadline.Of(40));
        await node.ToldAsync("resolved RedisLost warning", start, Deadline.Of(20));
        output.WriteLine($"degraded after {seen.TotalSeconds:0.0} s, told after {told.TotalSeconds:0.0} s");
    }

    [Fact]
    public async Task A_starved_thread_pool_is_told_as_lag_and_the_worker_is_not_killed_for_it()
    {
        await using var node = await WatchedNode.StartAsync(new ServerSettings
        {
            Workers = 1,
            Variables = new Dictionary<string, string?>
            {
                ["DOTNET_STARTUP_HOOKS"] = typeof(StartupHook).Assembly.Location,
                [StartupHook.OnSignal] = "starve",
            },
        }
            .With("Workers:UnresponsiveAfter", "00:00:02")
            .With("Workers:KillAfter", "00:00:04")
            .With("Alerts:Rules:ThreadPoolLag:For", "00:00:02")
            .With("Alerts:Rules:ThreadPoolLag:Window", "00:00:10"));
        var worker = Assert.Single(node.Server.WorkerIds());

        var start = Stopwatch.GetTimestamp();
        Signals.Send(worker, (Signal)10);

        var told = await node.ToldAsync("firing ThreadPoolLag warning", start, Deadline.Of(20));
        output.WriteLine($"told after {told.TotalSeconds:0.0} s");

        // On a busy machine the supervisor may be late as well, and tell of itself first.
        await Eventually.TrueAsync(
            () => node.Receiver.Calls.Any(c => c.At > start && c.Headline == "firing ThreadPoolLag warning" && c.Json.GetProperty("alerts").EnumerateArray().Any(IsOfW1)),
            "it is told of the worker",
            Deadline.Of(20));
        Assert.Equal("""{"total":1,"healthy":1,"crashed":0}""", (await node.HealthAsync()).Body.GetProperty("workers").GetRawText());
        Assert.Equal(worker, Assert.Single(node.Server.WorkerIds()));
    }

    private static bool IsOfW1(JsonElement alert) =>
        alert.GetProperty("labels").TryGetProperty("worker", out var worker) && worker.GetString() == "w1";

    /// <summary>Asks everything on both ports at once; answers how long the slowest took.</summary>
    private static async Task<(TimeSpan Took, string Where)> AskAllAsync(WatchedNode node)
    {
        var asked = from client in (HttpClient[])[node.Server.Management, node.Server.Http]
            from path in Paths
            select TimeAsync(client, path);
        return (await Task.WhenAll(asked)).MaxBy(answer => answer.Took);
    }

    private static async Task<(TimeSpan Took, string Where)> TimeAsync(HttpClient client, string path)
    {
        var watch = Stopwatch.StartNew();
        using var answer = await client.GetAsync(path);
        return (watch.Elapsed, $"{client.BaseAddress!.Port}{path}");
    }

    /// <summary>As HealthChecks UI would show it.</summary>
    private static async Task<HealthUiReader.Report> AssertUiAsync(WatchedNode node, int code, HealthUiReader.Status status)
    {
        HealthUiReader.Report? report = null;
        await Eventually.EqualAsync(
            (code, status),
            async () =>
            {
                using var answer = await node.Server.Management.GetAsync("/health/ui");
                report = await HealthUiReader.ReadAsync(answer);
                return ((int)answer.StatusCode, report.Status);
            },
            "/health/ui",
            Deadline.Of(10));
        Assert.All(report!.Entries.Values, entry => Assert.Null(entry!.Exception));
        Assert.DoesNotContain("127.0.0.1", string.Concat(report.Entries.Values.Select(e => e!.Description)), StringComparison.Ordinal);
        return report;
    }

    private static async Task AssertMetricsAsync(WatchedNode node, int database)
    {
        var page = await node.Server.Management.GetStringAsync("/metrics");
        var (code, complaints) = await Promtool.CheckAsync(page);
        Assert.True(code == 0, complaints);
        var up = await Eventually.GetAsync(
            () => node.SamplesAsync("chat_dependency_up", "worker"), values => values.Count == 2 && values.Values.All(v => (int)v == database), "both workers say so", Deadline.Of(10));
        Assert.Equal(["w1", "w2"], up.Keys.Order());
    }

    private static (TimeSpan Took, string Where) Max((TimeSpan Took, string Where) one, (TimeSpan Took, string Where) other) => one.Took > other.Took ? one : other;
}
