using Chat.Contracts;
using Chat.Tests.Faults.Checker;
using Chat.Tests.Support;
using Chat.Tests.Support.Clients;
using Xunit;
using Xunit.Abstractions;

namespace Chat.Tests.Faults;

/// <summary>F01, F03 on one process: SIGKILL in mid-traffic, several times.</summary>
public sealed class When_the_server_is_killed(ITestOutputHelper output)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Every_send_with_a_receipt_arrives_and_none_twice(bool postgres)
    {
        await using var own = postgres ? await PostgresServer.StartNewAsync() : null;
        var database = own?.ConnectionString(await own.CreateDatabaseAsync());
        await using var server = await ServerProcess.StartNewAsync(new ServerSettings { Database = database, Workers = 0 });
        await using var crowd = await Crowd.GatherAsync(server.Url, new CrowdSize(PerSecond: 200));

        await crowd.TalkThroughAsync(async () =>
        {
            for (var i = 0; i < 3; i++)
            {
                crowd.History.Fault("SIGKILL");
                await server.Kill9Async();
                await server.StartAsync();
                await crowd.ReachAsync(crowd.Sent + 300);
            }
        });

        var result = await crowd.JudgeAsync(output, database, new CheckerOptions { AnswerWithin = TimeSpan.FromMinutes(1) });
        result.ThrowIfBroken();
        Assert.Equal(0, result.Counts.Refused + result.Counts.Unknown);
    }

    [Fact]
    public async Task A_stock_JavaScript_client_gets_what_was_sent_while_it_was_away()
    {
        await using var server = await ServerProcess.StartNewAsync(new ServerSettings { Workers = 0 });
        await using var alice = await NodeClient.ConnectedAsync(server.Url, "alice");
        var conversation = (await alice.CreateDirectAsync("bob")).Id;
        await using (var early = await NodeClient.ConnectedAsync(server.Url, "bob"))
        {
            await alice.SendAsync(conversation, new { n = 0 });
            await early.Inbox.WaitForCountAsync(1);
            await early.DisconnectAsync();
        }

        var sent = new List<string>();
        for (var i = 1; i <= 50; i++)
        {
            sent.Add((await alice.SendAsync(conversation, new { n = i })).Id!);
        }

        await server.Kill9Async();
        await server.StartAsync();
        await using var bob = await NodeClient.ConnectedAsync(server.Url, "bob");

        var got = await bob.Inbox.WaitForCountAsync(50);
        var own = got.Where(e => e.Id != got[0].Id || e.Seq > 1).ToList();
        Assert.Equal(sent, own.TakeLast(50).Select(e => e.Id));
        Assert.Equal(own.Select(e => e.Seq).Order(), own.Select(e => e.Seq));
    }

    [Fact]
    public async Task The_same_send_ten_times_at_once_and_after_the_restart_is_one_event_with_equal_receipts()
    {
        await using var server = await ServerProcess.StartNewAsync(new ServerSettings { Workers = 0 });
        await using var alice = await StockClient.ConnectedAsync(server.Url, "alice");
        var conversation = (await alice.CreateDirectAsync("bob")).Id;
        const string Id = "the-same-send";

        var first = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => alice.SendAsync(conversation, new { text = "once" }, Id)));
        await server.Kill9Async();
        await server.StartAsync();
        await using var again = await StockClient.ConnectedAsync(server.Url, "alice");
        var second = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => again.SendAsync(conversation, new { text = "once" }, Id)));

        Assert.Single(first, r => r.Status == ReceiptStatus.Stored);
        Assert.Equal(19, first.Concat(second).Count(r => r.Status == ReceiptStatus.Duplicate));
        Assert.Single(first.Concat(second).Select(r => (r.Ok, r.Seq, r.Epoch, r.At)).Distinct());
        var other = await again.SendAsync(conversation, new { text = "other" }, Id);
        Assert.Equal(ErrorCodes.IdConflict, other.Error?.Code);
        var history = await again.CallAsync<HistoryResult>("History", new HistoryRequest(conversation));
        Assert.Equal(1, history.Head);
    }
}
