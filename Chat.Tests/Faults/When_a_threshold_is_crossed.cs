using System.Diagnostics;
using Chat.Contracts;
using Chat.Tests.Support;
using Chat.Tests.Support.Clients;
using Xunit.Abstractions;

namespace Chat.Tests.Faults;

/// <summary>The alerts with a threshold, on the whole product: just below it nobody is told, just above it somebody is. The times are scaled, the thresholds are the product's own.</summary>
[Collection(MeasuredAlone.Name)]
public sealed class When_a_threshold_is_crossed(PostgresDatabase database, ITestOutputHelper output) : IClassFixture<PostgresDatabase>
{
    private const string TooMany = "firing MessageFailureRate critical";
    private const string TooMuch = "firing MemoryHigh warning";
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(8);

    [Fact]
    public async Task Four_failures_in_a_hundred_are_no_alert_and_six_are()
    {
        await using var node = await WatchedNode.StartAsync(new ServerSettings { Database = database.ConnectionString, Workers = 1 }
            .With("Alerts:Rules:MessageFailureRate:For", "00:00:02")
            .With("Alerts:Rules:MessageFailureRate:Window", $"{Window}"));
        await using var alice = await StockClient.ConnectedAsync(node.Server.Url, "alice");
        var conversation = (await alice.CreateDirectAsync("bob")).Id;
        // Rows that the database will not take, for no fault of their own: the server's failure, and of that row alone.
        await database.Server.ExecuteAsync(
            """
            CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;
            CREATE TRIGGER refuse BEFORE INSERT ON outbox FOR EACH ROW WHEN (NEW.type = 'unlucky') EXECUTE FUNCTION refuse();
            """,
            database.Name);

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
}
