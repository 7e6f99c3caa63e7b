using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Chat.Contracts;
using Chat.Tests.Support;
using Chat.Tests.Support.Clients;
using Npgsql;
using Xunit.Abstractions;

namespace Chat.Tests.Faults;

/// <summary>The alerts with a threshold, on the whole product: just below it nobody is told, just above it somebody is. The times are scaled, the thresholds are the product's own.</summary>
[Collection(MeasuredAlone.Name)]
public sealed class When_a_threshold_is_crossed(When_a_threshold_is_crossed.ScaledNode scaled, ITestOutputHelper output)
    : IClassFixture<When_a_threshold_is_crossed.ScaledNode>
{
    private const string TooMany = "firing MessageFailureRate critical";
    private const string TooMuch = "firing MemoryHigh warning";
    private const string TooOld = "firing QueueOld warning";
    private const string TooOften = "firing AuthenticationFailures warning";
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan OwedTooLong = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan RefusedWindow = TimeSpan.FromSeconds(5);

    private readonly PostgresDatabase _database = scaled.Database;

    [Fact]
    public async Task Four_failures_in_a_hundred_are_no_alert_and_six_are()
    {
        var node = scaled.Node;
        await using var alice = await StockClient.ConnectedAsync(node.Server.Url, "alice");
        var conversation = (await alice.CreateDirectAsync("bob")).Id;
        // Rows that the database will not take, for no fault of their own: the server's failure, and of that row alone.
        await _database.Server.ExecuteAsync(
            """
            CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;
            CREATE TRIGGER refuse BEFORE INSERT ON outbox FOR EACH ROW WHEN (NEW.type = 'unlucky') EXECUTE FUNCTION refuse();
            """,
            _database.Name);

        await SendAsync(alice, conversation, failuresInFifty: 2, until: Task.Delay(Window + TimeSpan.FromSeconds(6))); // Longer than window and For together.
        Assert.Empty(node.ToldOf("MessageFailureRate"));
        await SendAsync(alice, conversation, failuresInFifty: 0, until: Task.Delay(Window)); // Forgotten again.

        var start = Stopwatch.GetTimestamp();
        using var told = new CancellationTokenSource();
        var sending = SendAsync(alice, conversation, failuresInFifty: 3, until: Task.Delay(Timeout.Infinite, told.Token));
        var after = await node.ToldAsync(TooMany, start, Deadline.Of(20));
        await told.CancelAsync();
        await sending;
        output.WriteLine($"6 % told after {after.TotalSeconds:0.0} s");
        Assert.Equal([TooMany], node.ToldOf("MessageFailureRate"));
    }

    [Fact]
    public async Task An_event_that_storage_does_not_hand_out_is_owed_for_too_long_until_it_does()
    {
        const int Sent = 100;
        var node = scaled.Node;
        await using var alice = await StockClient.ConnectedAsync(node.Server.Url, "ann");
        await using var bob = new StockClient(node.Server.Url, "ben", "phone") { AutoAck = false };
        await bob.ConnectAsync();
        var conversation = (await alice.CreateDirectAsync("ben")).Id;
        Assert.All(await Task.WhenAll(Enumerable.Range(0, Sent).Select(n => alice.SendAsync(conversation, new { n }))), receipt => Assert.Null(receipt.Error));

        // As many as its window holds; the others, which memory holds no longer, it is to get when it has acknowledged these.
        var first = await bob.Inbox.WaitForCountAsync(ScaledNode.DeliveryWindow);
        Assert.Empty(node.ToldOf("QueueOld"));
        await using var connection = await _database.Server.OpenAsync(_database.Name);
        await using var held = await connection.BeginTransactionAsync();
        await ExecuteAsync(connection, "LOCK TABLE outbox IN ACCESS EXCLUSIVE MODE"); // As somebody's forgotten migration would.

        bob.AutoAck = true;
        var start = Stopwatch.GetTimestamp();
        await bob.AckAsync(new AckPosition(conversation, first[^1].Seq!.Value));

        var after = await node.ToldAsync(TooOld, start, Deadline.Of(10));
        var alert = node.Receiver.Calls.First(c => c.At > start && c.Headline == TooOld).Json.GetProperty("alerts")[0];
        Assert.False(alert.GetProperty("annotations").TryGetProperty("runbook_url", out _));
        Assert.InRange((await node.SamplesAsync("chat_queue_oldest_age_seconds", "worker"))["w1"], OwedTooLong.TotalSeconds, double.MaxValue);
        Assert.Equal(ScaledNode.DeliveryWindow, bob.Inbox.Count);
        foreach (var port in (HttpClient[])[node.Server.Management, node.Server.Http])
        {
            var queue = await Eventually.GetAsync(() => QueueAsync(port), q => q.Status == "degraded", "the queue is degraded on either port", Deadline.Of(5));
            Assert.InRange(queue.Age, OwedTooLong.TotalSeconds, double.MaxValue);
        }

        await held.RollbackAsync();

        await bob.Inbox.WaitForCountAsync(Sent);
        await node.ToldAsync("resolved QueueOld warning", start, Deadline.Of(10));
        await Eventually.GetAsync(() => QueueAsync(node.Server.Http), q => q.Status == "healthy", "nothing old is owed", Deadline.Of(5));
        Assert.Equal([TooOld, "resolved QueueOld warning"], node.ToldOf("QueueOld"));
        output.WriteLine($"an event owed for {OwedTooLong.TotalSeconds} s told after {after.TotalSeconds:0.0} s");
    }

    [Fact]
    public async Task Sixty_refused_tokens_in_a_window_are_no_alert_and_hundreds_are()
    {
        var node = scaled.Node;
        var forged = TestTokens.For("mallory", key: "a key that this server has never seen, and long enough for it");
        // Rounds of 400 ms: a dozen in each window, fewer on a slow machine.
        await RefuseAsync(node, forged, atOnce: 5, until: Task.Delay(RefusedWindow + TimeSpan.FromSeconds(4))); // Longer than window and For together.
        Assert.Empty(node.ToldOf("AuthenticationFailures"));

        var start = Stopwatch.GetTimestamp();
        var told = node.ToldAsync(TooOften, start, Deadline.Of(15));
        await RefuseAsync(node, forged, atOnce: 25, told);
        var after = await told;

        await node.ToldAsync("resolved AuthenticationFailures warning", start, Deadline.Of(20));
        Assert.Equal([TooOften, "resolved AuthenticationFailures warning"], node.ToldOf("AuthenticationFailures"));
        Assert.InRange((await node.SamplesAsync("chat_auth_failure_total", "reason"))["invalid"], 100, double.MaxValue);
        output.WriteLine($"refused tokens told after {after.TotalSeconds:0.0} s");
    }

    [Fact]
    public async Task Memory_below_four_fifths_of_the_limit_is_no_alert_and_above_it_is()
    {
        using var group = new MemoryGroup();
        await using var node = await WatchedNode.StartAsync(new ServerSettings { Workers = 1, Wrapper = group.Wrapper }
            .With("Alerts:Rules:MemoryHigh:For", "00:00:02"));

        // Not the use is changed but what it is measured by: nothing swells, so nothing is killed.
        await HoldAsync(node, group, 0.72, Task.Delay(TimeSpan.FromSeconds(6))); // Longer than For and the pauses of measuring.
        Assert.Empty(node.ToldOf("MemoryHigh"));

        var start = Stopwatch.GetTimestamp();
        var told = node.ToldAsync(TooMuch, start, Deadline.Of(15));
        await HoldAsync(node, group, 0.88, told);
        var after = await told;
        var resolved = node.ToldAsync("resolved MemoryHigh warning", start, Deadline.Of(20));
        await HoldAsync(node, group, 0.60, resolved);
        await resolved;
        output.WriteLine($"88 % of the limit told after {after.TotalSeconds:0.0} s");
    }

    /// <summary>Keeps the limit where the use is that share of it.</summary>
    private static async Task HoldAsync(WatchedNode node, MemoryGroup group, double share, Task until)
    {
        while (!until.IsCompleted)
        {
            group.Limit = (long)(group.Used / share);
            await Task.WhenAny(until, Task.Delay(200));
        }

        var measured = (await node.SamplesAsync("chat_memory_utilization_ratio", "scope"))["container"];
        Assert.InRange(measured, share - 0.07, share + 0.07);
    }

    private static async Task<(string? Status, double Age)> QueueAsync(HttpClient port)
    {
        using var answer = await port.GetAsync("/health");
        using var health = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync());
        var queue = health.RootElement.GetProperty("entries").GetProperty("queue");
        return (queue.GetProperty("status").GetString(), queue.GetProperty("data").TryGetProperty("oldestAge", out var age) ? age.GetDouble() : 0);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Rounds of so many connects at once with a token that is refused.</summary>
    private static async Task RefuseAsync(WatchedNode node, string token, int atOnce, Task until)
    {
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(400));
        while (!until.IsCompleted)
        {
            await Task.WhenAll(Enumerable.Range(0, atOnce).Select(async _ =>
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, $"{ChatHubContract.Path}/negotiate?negotiateVersion=1");
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
                using var answer = await node.Server.Http.SendAsync(request);
                Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
            }));
            await Task.WhenAny(until, tick.WaitForNextTickAsync().AsTask());
        }
    }

    /// <summary>Rounds of fifty messages at once, of which so many fail: at least several rounds in each window, also on a slow machine.</summary>
    private static async Task SendAsync(StockClient client, string conversation, int failuresInFifty, Task until)
    {
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(300));
        while (!until.IsCompleted)
        {
            await Task.WhenAll(Enumerable.Range(0, 50).Select(async i =>
            {
                var unlucky = i < failuresInFifty;
                var receipt = await client.SendAsync(conversation, new { n = i }, type: unlucky ? "unlucky" : "text");
                Assert.Equal(unlucky ? ErrorCodes.Internal : null, receipt.Error?.Code);
            }));
            await tick.WaitForNextTickAsync();
        }
    }

    /// <summary>One node for all whose alerts do not touch each other. The windows and times are short, the limits on numbers are the product's.</summary>
    public sealed class ScaledNode : IAsyncLifetime
    {
        /// <summary>The least that the options allow.</summary>
        public const int DeliveryWindow = 16;

        public PostgresDatabase Database { get; } = new();

        internal WatchedNode Node { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            await Database.InitializeAsync();
            Node = await WatchedNode.StartAsync(new ServerSettings { Database = Database.ConnectionString, Workers = 1 }
                .With("Alerts:Rules:MessageFailureRate:For", "00:00:02")
                .With("Alerts:Rules:MessageFailureRate:Window", $"{Window}")
                .With("Alerts:Rules:AuthenticationFailures:For", "00:00:01")
                .With("Alerts:Rules:AuthenticationFailures:Window", $"{RefusedWindow}")
                .With("Alerts:Rules:QueueOld:For", "00:00:01")
                .With("Alerts:Rules:QueueOld:Threshold", $"{OwedTooLong.TotalSeconds}")
                .With("Health:QueueAgeLimit", $"{OwedTooLong - TimeSpan.FromSeconds(1)}")
                .With("Delivery:Window", $"{DeliveryWindow}")
                // A read that hangs is to hang, and not to become an outage of the database.
                .With("Storage:CommandTimeout", "00:01:00")
                .With("Storage:AnswerWithin", "00:00:30"));
        }

        public async Task DisposeAsync()
        {
            await Node.DisposeAsync();
            await Database.DisposeAsync();
        }
    }
}
