using System.Net.Http.Json;
using Chat.Contracts;
using Chat.Contracts.Management;
using Chat.Server.Failpoints;
using Chat.Tests.Faults.Checker;
using Chat.Tests.Support;
using Chat.Tests.Support.Clients;
using Chat.Tests.Support.Proxy;
using Xunit;
using Xunit.Abstractions;

namespace Chat.Tests.Faults;

/// <summary>F45: a worker dies as if by <c>kill -9</c> at each point of an event's way, again and again, under load.</summary>
public sealed class When_a_process_dies_at_a_point(ITestOutputHelper output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private readonly string _folder = TestRun.NewFolder("crash");
    private int _deaths;

    [Theory]
    [InlineData(CrashPoints.BeforeCommit)]
    [InlineData(CrashPoints.AfterCommit)]
    [InlineData(CrashPoints.BeforeAck)]
    public Task On_the_way_into_the_log_nothing_is_lost_and_nothing_comes_twice(string point) =>
        RunAsync(new CrowdSize(Users: 8, Groups: 3, PerSecond: 60), async (server, _, crowd) =>
        {
            await DieAsync(server, point);
            await crowd.ReachAsync(crowd.Sent + 60);
        });

    [Theory]
    [InlineData(CrashPoints.BeforeSpoolSync)]
    [InlineData(CrashPoints.AfterSpoolSync)]
    public Task On_the_way_into_the_spool_nothing_is_lost_and_nothing_comes_twice(string point) =>
        RunAsync(new CrowdSize(Users: 8, Groups: 3, PerSecond: 60, Policy: ConversationPolicies.Realtime), async (server, proxy, crowd) =>
        {
            proxy.Down();
            await DieAsync(server, point);
            proxy.Up();
            await StoredForAllAsync(crowd);
        });

    [Fact]
    public Task Between_the_drain_and_the_truncation_of_the_spool_nothing_is_lost_and_nothing_comes_twice() =>
        RunAsync(new CrowdSize(Users: 8, Groups: 3, PerSecond: 60, Policy: ConversationPolicies.Realtime), async (server, proxy, crowd) =>
        {
            proxy.Down();
            var before = Queued(crowd);
            await Eventually.TrueAsync(() => Queued(crowd) > before + 20, "something is spooled", Patience);
            Arm(CrashPoints.BeforeTruncation);
            proxy.Up();
            await DiedAsync(server, CrashPoints.BeforeTruncation);
            await StoredForAllAsync(crowd);
        });

    /// <summary>Who is connected to another worker gets what was committed by the dead one, over the connection that it has.</summary>
    [Fact]
    public async Task After_the_commit_who_is_connected_elsewhere_gets_the_event_without_asking()
    {
        await using var postgres = await PostgresServer.StartNewAsync();
        await using var server = await StartAsync(postgres.ConnectionString(await postgres.CreateDatabaseAsync()));
        await using var alice = await StockClient.ConnectedAsync(server.Url, "alice");
        var created = await Eventually.GetAsync(
            () => alice.CallAsync<ConversationResult>("CreateConversation", new CreateConversationRequest(ConversationKinds.Direct, ["bob"])),
            r => r.Ok,
            "the conversation begins",
            Patience);
        var conversation = created.Conversation!.Id;
        var devices = new List<StockClient>();
        for (var i = 0; i < 16; i++)
        {
            devices.Add(await StockClient.ConnectedAsync(server.Url, "bob", $"device{i}"));
        }

        await alice.SendAsync(conversation, new { n = 1 }, "first");
        foreach (var device in devices)
        {
            await device.WaitForAsync("first");
        }

        Arm(CrashPoints.AfterCommit);
        var sending = alice.SendAsync(conversation, new { n = 2 }, "second");
        await DiedAsync(server, CrashPoints.AfterCommit);
        await Assert.ThrowsAnyAsync<Exception>(() => sending);

        // Those of the dead worker notice sooner or later; one of sixteen at least was with the other.
        await alice.Closed.WaitAsync(Patience);
        var elsewhere = 0;
        foreach (var device in devices)
        {
            var arriving = device.WaitForAsync("second", Patience);
            if (await Task.WhenAny(arriving, device.Closed) == arriving)
            {
                Assert.Equal(2, (await arriving).Seq);
                elsewhere++;
            }
        }

        Assert.NotEqual(0, elsewhere);
        foreach (var device in devices)
        {
            await device.DisposeAsync();
        }
    }

    private async Task RunAsync(CrowdSize size, Func<ServerProcess, TcpProxy, Crowd, Task> round)
    {
        await using var postgres = await PostgresServer.StartNewAsync();
        var name = await postgres.CreateDatabaseAsync();
        await using var proxy = TcpProxy.Start(postgres.Port);
        await using var server = await StartAsync(postgres.ConnectionString(name, proxy.Port));
        await using var crowd = await Crowd.GatherAsync(server.Url, size);
        try
        {
            await crowd.TalkThroughAsync(async () =>
            {
                for (var i = 0; i < RunLength.Crashes; i++)
                {
                    crowd.History.Fault($"crash {i}");
                    await round(server, proxy, crowd);
                }
            });
        }
        catch (TimeoutException)
        {
            output.WriteLine(server.ToString());
            throw;
        }

        var result = await crowd.JudgeAsync(
            output, postgres.ConnectionString(name), new CheckerOptions { AnswerWithin = TimeSpan.FromMinutes(3) }, TimeSpan.FromMinutes(3));
        result.ThrowIfBroken();
        Assert.Equal(0, result.Counts.Refused + result.Counts.Unknown);
        Assert.Equal(RunLength.Crashes, result.Counts.Faults);
    }

    private async Task<ServerProcess> StartAsync(string database)
    {
        var server = await ServerProcess.StartNewAsync(new ServerSettings
        {
            Database = database,
            Workers = 2,
            Environment = "Development",
            Variables = new Dictionary<string, string?> { [CrashPoints.Variable] = _folder },
            Options = new Dictionary<string, string?>
            {
                // They die on purpose, and often.
                ["Workers:BackOffFirst"] = "00:00:00.050",
                ["Workers:BackOffMost"] = "00:00:00.500",
                ["Storage:ProbeInterval"] = "00:00:00.200",
            },
        });
        await BothServeAsync(server, restarts: 0);
        return server;
    }

    /// <summary>
    /// Everybody was answered <c>stored</c> since: the workers that they are with know their rights, without which nothing is
    /// taken while storage is away.
    /// </summary>
    private static Task StoredForAllAsync(Crowd crowd)
    {
        var before = crowd.History.Snapshot().Count;
        return Eventually.TrueAsync(
            () => crowd.History.Snapshot().Skip(before).Where(e => e.Status == ReceiptStatus.Stored).Select(e => e.User).Distinct().Count() == crowd.Clients.Count,
            "everybody's sends are stored",
            Patience);
    }

    private static int Queued(Crowd crowd) => crowd.History.Snapshot().Count(e => e.Status == ReceiptStatus.Queued);

    private async Task DieAsync(ServerProcess server, string point)
    {
        Arm(point);
        await DiedAsync(server, point);
    }

    private void Arm(string point) => File.WriteAllText(Path.Combine(_folder, point), "");

    /// <summary>Somebody died there, and both workers are back.</summary>
    private async Task DiedAsync(ServerProcess server, string point)
    {
        _deaths++;
        var mark = Path.Combine(_folder, $"{point}.died");
        await Eventually.TrueAsync(() => File.Exists(mark), $"a worker dies at {point}", Patience);
        File.Delete(mark);
        await BothServeAsync(server, _deaths);
    }

    /// <summary>Asked of the supervisor, who counts: what health says is a second old and may be of before the death.</summary>
    private static Task BothServeAsync(ServerProcess server, int restarts) => Eventually.TrueAsync(
        async () =>
        {
            var now = await server.Management.GetFromJsonAsync<WorkersAnswer>("/api/manage/workers", ChatJson.Options);
            return now!.Healthy == 2 && now.Workers.Sum(w => w.Restarts) == restarts;
        },
        "both workers serve",
        Patience);
}
