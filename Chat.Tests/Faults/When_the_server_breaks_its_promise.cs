using Chat.Contracts;
using Chat.Tests.Faults.Checker;
using Chat.Tests.Support;
using Chat.Tests.Support.Clients;
using Xunit;
using Xunit.Abstractions;

namespace Chat.Tests.Faults;

/// <summary>The checker can fail: servers that break a promise on purpose are caught, by the invariant that they break.</summary>
public sealed class When_the_server_breaks_its_promise(ITestOutputHelper output)
{
    private static readonly CheckerOptions Options = new() { AnswerWithin = TimeSpan.FromMinutes(2) };

    [Fact]
    public async Task Acknowledging_before_the_commit_is_caught_as_loss()
    {
        await using var postgres = await PostgresServer.StartNewAsync();
        var database = postgres.ConnectionString(await postgres.CreateDatabaseAsync());
        await using var server = await ServerProcess.StartNewAsync(Mutant("ack-before-commit", database));
        await using var crowd = await Crowd.GatherAsync(server.Url, new CrowdSize(PerSecond: 400));

        await crowd.TalkThroughAsync(async () =>
        {
            // Commits that cannot succeed any more, and a server that has acknowledged them.
            await postgres.ExecuteAsync(
                """
                CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '53100'; END $$;
                CREATE CONSTRAINT TRIGGER fail AFTER INSERT ON commits DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fail();
                """,
                DatabaseOf(database));
            await crowd.ReachAsync(crowd.Sent + 400);
            await postgres.ExecuteAsync("DROP TRIGGER fail ON commits", DatabaseOf(database));
        });

        var result = await JudgeSoonAsync(crowd, database);
        Assert.NotEmpty(result.Of(Invariant.NoAckedLoss));
    }

    [Fact]
    public async Task Skipping_deduplication_is_caught_as_duplicates()
    {
        await using var server = await ServerProcess.StartNewAsync(Mutant("skip-deduplication"));
        var history = new History();
        await using var alice = await StockClient.ConnectedAsync(server.Url, "alice", "d", history);
        var conversation = (await alice.CreateDirectAsync("bob")).Id;
        history.Joined("alice", conversation);
        history.Joined("bob", conversation);
        await using var bob = await StockClient.ConnectedAsync(server.Url, "bob", "d", history);

        await alice.SendAsync(conversation, new { text = "once" }, "the-same-send");
        await alice.SendAsync(conversation, new { text = "once" }, "the-same-send");
        await bob.Inbox.WaitForCountAsync(2);

        Assert.NotEmpty(HistoryChecker.Check(history).Of(Invariant.NoDuplicate));
    }

    [Fact]
    public async Task Moving_a_cursor_too_far_is_caught_as_loss()
    {
        await using var server = await ServerProcess.StartNewAsync(Mutant("cursor-too-far"));
        var history = new History();
        await using var alice = await StockClient.ConnectedAsync(server.Url, "alice", "d", history);
        var conversation = (await alice.CreateDirectAsync("bob")).Id;
        history.Joined("alice", conversation);
        history.Joined("bob", conversation);
        // A device that died before its application saw what had arrived, all but the first.
        await using (var dying = new StockClient(server.Url, "bob", "d", null) { AutoAck = false })
        {
            await dying.ConnectAsync();
            for (var i = 0; i < 5; i++)
            {
                await alice.SendAsync(conversation, new { n = i });
            }

            await dying.Inbox.WaitForCountAsync(5);
            await dying.AckAsync(new AckPosition(conversation, 1));
            history.Received("bob", "d", dying.Inbox.Items[0]);
        }

        await using var bob = await StockClient.ConnectedAsync(server.Url, "bob", "d", history);
        await alice.SendAsync(conversation, new { n = 5 });
        await bob.Inbox.WaitForAsync(e => e.Seq == 6);

        Assert.NotEmpty(HistoryChecker.Check(history).Of(Invariant.NoAckedLoss));
    }

    [Fact]
    public async Task Queueing_without_spooling_is_caught_as_loss()
    {
        await using var postgres = await PostgresServer.StartNewAsync();
        var database = postgres.ConnectionString(await postgres.CreateDatabaseAsync());
        await using var server = await ServerProcess.StartNewAsync(Mutant("queue-without-spooling", database));
        await using var crowd = await Crowd.GatherAsync(server.Url, new CrowdSize(Users: 8, Groups: 2, PerSecond: 60, Policy: ConversationPolicies.Realtime));

        await crowd.TalkThroughAsync(async () =>
        {
            await postgres.StopAsync();
            await crowd.ReachAsync(crowd.Sent + 200);
            await postgres.StartAsync();
        });

        var result = await JudgeSoonAsync(crowd, database);
        Assert.NotEmpty(result.Of(Invariant.NoAckedLoss));
    }

    [Fact]
    public async Task A_server_with_such_a_switch_refuses_to_start_outside_Development()
    {
        await using var server = ServerProcess.Create(Mutant("ack-before-commit") with { Environment = "Production" });
        server.Launch();

        Assert.NotEqual(0, await server.Process.Exited.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Contains("CHAT_TEST_SWITCHES", server.Output.ToString(), StringComparison.Ordinal);
    }

    private static ServerSettings Mutant(string name, string? database = null) => new()
    {
        Database = database,
        Workers = 0,
        Environment = "Development",
        Variables = new Dictionary<string, string?> { ["CHAT_TEST_SWITCHES"] = name },
    };

    private static string DatabaseOf(string connectionString) => new Npgsql.NpgsqlConnectionStringBuilder(connectionString).Database!;

    /// <summary>What is lost never arrives, so the drain is not waited out.</summary>
    private async Task<CheckResult> JudgeSoonAsync(Crowd crowd, string database)
    {
        var result = await crowd.JudgeAsync(output, database, Options, drainWithin: TimeSpan.FromSeconds(10));
        output.WriteLine(result.ToString());
        return result;
    }
}
