using System.Diagnostics;
using System.Net;
using Chat.Contracts;
using Chat.Contracts.Management;
using Chat.Tests.Management;
using Chat.Tests.Support;
using Chat.Tests.Support.Clients;

namespace Chat.Tests.Faults;

/// <summary>The playground's switches on the whole product: what they pretend is met like the real loss, and is over by itself.</summary>
public sealed class When_losses_are_pretended
{
    private static readonly TimeSpan Soon = Deadline.Of(15);

    [Fact]
    public async Task The_database_seems_away_and_nothing_is_lost()
    {
        var postgres = await PostgresServer.SharedAsync();
        await using var server = await StartAsync(postgres.ConnectionString(await postgres.CreateDatabaseAsync("pretended")));
        await using var alice = await StockClient.ConnectedAsync(server.Url, "alice");
        await using var bob = await StockClient.ConnectedAsync(server.Url, "bob");
        var conversation = await TalkAsync(alice);

        await BeginAsync(server, FaultIds.DatabaseAway, new { seconds = 120 });
        var refused = await Eventually.GetAsync(() => alice.SendAsync(conversation, "meanwhile", "meanwhile"), r => !r.Ok, "a send is refused", Soon);
        Assert.Equal((ErrorCodes.StorageUnavailable, true, 30.0), (refused.Error!.Code, refused.Error.Retryable, refused.Error.RetryAfter));
        await bob.Notices.WaitForAsync(n => n is { Kind: NoticeKinds.Degraded, Dependency: "storage" }, Soon);
        await Eventually.EqualAsync(503, async () => (await server.HealthAsync()).Code, "/health", Soon);
        await server.WaitForStatusAsync("/ready", HttpStatusCode.ServiceUnavailable, Soon);
        var (_, health) = await server.HealthAsync();
        Assert.False(health.GetProperty("database").GetProperty("connected").GetBoolean());
        Assert.Equal(FaultIds.DatabaseAway, Assert.Single((await server.Management.ReadAsync<Overview>(ManagementRoutes.Overview)).Faults).Id);

        // Who starts in between is told, too.
        Assert.True(Signals.Send(server.WorkerIds()[0], Signal.Kill));
        await Eventually.EqualAsync(3, () => PretendedAsync(server), "how many workers were told", Deadline.Of(30));

        await server.Management.DoAsync<ActionResult>(ManagementRoutes.FaultEnd.With(FaultIds.DatabaseAway));
        await server.WaitForStatusAsync("/ready", HttpStatusCode.OK, Deadline.Of(30));
        await using var back = await StockClient.ConnectedAsync(server.Url, "alice", "another");
        await Eventually.TrueAsync(async () => (await back.SendAsync(conversation, "meanwhile", "meanwhile")).Ok, "the same id is taken", Soon);
        Assert.Equal(1, (await back.WaitForAsync("before")).Seq);
        Assert.Equal(2, (await back.WaitForAsync("meanwhile")).Seq);
        Assert.Empty((await server.Management.ReadAsync<Overview>(ManagementRoutes.Overview)).Faults);
    }

    [Fact]
    public async Task The_database_seems_away_and_is_back_when_the_time_is_over()
    {
        await using var server = await StartAsync(database: null);
        await using var alice = await StockClient.ConnectedAsync(server.Url, "alice");
        var conversation = await TalkAsync(alice);

        await BeginAsync(server, FaultIds.DatabaseAway, new { seconds = 3 });
        await Eventually.TrueAsync(async () => !(await alice.SendAsync(conversation, "m", "m")).Ok, "a send is refused", Deadline.Of(3));
        await Eventually.TrueAsync(async () => (await alice.SendAsync(conversation, "m", "m")).Ok, "the same id is taken", Deadline.Of(20));
        Assert.Empty((await server.Management.ReadAsync<Overview>(ManagementRoutes.Overview)).Faults);
    }

    [Fact]
    public async Task The_database_seems_slow()
    {
        var postgres = await PostgresServer.SharedAsync();
        await using var server = await StartAsync(postgres.ConnectionString(await postgres.CreateDatabaseAsync("slowed")));
        await using var alice = await StockClient.ConnectedAsync(server.Url, "alice");
        var conversation = await TalkAsync(alice);

        await BeginAsync(server, FaultIds.DatabaseSlow, new { seconds = 120, milliseconds = 700 });
        await Eventually.GetAsync(
            async () =>
            {
                var began = Stopwatch.GetTimestamp();
                return (await alice.SendAsync(conversation, "m")).Ok ? Stopwatch.GetElapsedTime(began) : TimeSpan.Zero;
            },
            took => took >= TimeSpan.FromSeconds(0.7),
            "a send takes longer",
            Soon);
    }

    [Fact]
    public async Task Redis_seems_to_hang_and_events_still_cross_between_workers()
    {
        var postgres = await PostgresServer.SharedAsync();
        await using var redis = await RedisServer.StartNewAsync();
        await using var server = await StartAsync(postgres.ConnectionString(await postgres.CreateDatabaseAsync("silenced")), redis.ConnectionString);
        await ModeAsync(server, "redis");
        var clients = new List<StockClient>();
        try
        {
            for (var i = 0; i < 8 || (await WorkersWithClientsAsync(server)) < 2; i++)
            {
                clients.Add(await StockClient.ConnectedAsync(server.Url, $"user-{i}"));
            }

            var conversation = (await clients[0].CreateGroupAsync([.. clients.Skip(1).Select(c => c.User)])).Id;
            await BeginAsync(server, FaultIds.RedisHangs, new { seconds = 120 });
            await CrossAsync(clients, conversation, "doubtful");
            await ModeAsync(server, "database");
            Assert.Equal("degraded", (await server.HealthAsync()).Body.GetProperty("status").GetString());
            await CrossAsync(clients, conversation, "without");

            await server.Management.DoAsync<ActionResult>(ManagementRoutes.FaultEnd.With(FaultIds.RedisHangs));
            await ModeAsync(server, "redis");
            await CrossAsync(clients, conversation, "again");
        }
        finally
        {
            foreach (var client in clients)
            {
                await client.DisposeAsync();
            }
        }
    }

    [Fact]
    public async Task Outside_Development_nothing_is_pretended_and_nobody_is_killed()
    {
        await using var server = await ServerProcess.StartNewAsync(new ServerSettings { Workers = 2 });
        var workers = server.WorkerIds();

        foreach (var path in (string[])
            [
                .. ((string[])[FaultIds.DatabaseAway, FaultIds.DatabaseSlow, FaultIds.RedisHangs, "nothing"]).SelectMany(f => new[] { ManagementRoutes.Fault.With(f), ManagementRoutes.FaultEnd.With(f) }),
                ManagementRoutes.WorkerKill.With("w1"), ManagementRoutes.WorkerKill.With("w9"),
            ])
        {
            var error = await (await server.Management.PostAsync(path, "{}")).RefusedAsync(409);
            Assert.Equal(ManagementCodes.NotSupported, error.Code);
            var rows = await server.Management.ReadAsync<Stretch<AuditEntry>>($"{ManagementRoutes.Audit}?limit=200");
            var row = Assert.Single(rows.Items, r => r.CorrelationId == error.TraceId);
            Assert.Equal(("failed", ManagementCodes.NotSupported), (row.Result, row.After));
        }

        Assert.Empty((await server.Management.ReadAsync<Overview>(ManagementRoutes.Overview)).Faults);
        await using var alice = await StockClient.ConnectedAsync(server.Url, "alice");
        await TalkAsync(alice);
        Assert.Equal(workers, server.WorkerIds());
    }

    private static Task<ServerProcess> StartAsync(string? database, string? redis = null) =>
        ServerProcess.StartNewAsync(new ServerSettings { Database = database, Redis = redis, Workers = 2, Environment = "Development" });

    // A conversation that works: on a machine that is busy with many tests the database may need a moment before it does.
    private static async Task<string> TalkAsync(StockClient alice)
    {
        var made = await Eventually.GetAsync(
            () => alice.CallAsync<ConversationResult>("CreateConversation", new CreateConversationRequest(ConversationKinds.Direct, ["bob"])), r => r.Ok, "a conversation is made");
        await Eventually.TrueAsync(async () => (await alice.SendAsync(made.Conversation!.Id, "before", "before")).Ok, "a message is stored");
        return made.Conversation!.Id;
    }

    private static Task<ActionResult> BeginAsync(ServerProcess server, string fault, object body) =>
        server.Management.DoAsync<ActionResult>(ManagementRoutes.Fault.With(fault), body);

    private static async Task<int> PretendedAsync(ServerProcess server) =>
        (await server.Management.ReadAsync<NodeEvent[]>(ManagementRoutes.Events)).Count(e => e.Kind == "fault" && e.Text.Contains("is pretended until", StringComparison.Ordinal));

    private static Task<Overview> ModeAsync(ServerProcess server, string mode) => Eventually.GetAsync(
        () => server.Management.ReadAsync<Overview>(ManagementRoutes.Overview),
        o => o.Backplane.Mode == mode && o.Backplane.Workers.GetValueOrDefault(mode) == 2,
        $"both workers' mode is {mode}",
        Deadline.Of(30));

    private static async Task<int> WorkersWithClientsAsync(ServerProcess server) =>
        (await server.Management.ReadAsync<Overview>(ManagementRoutes.Overview)).Workers.Count(w => w.Connections > 0);

    private static async Task CrossAsync(List<StockClient> clients, string conversation, string id)
    {
        Assert.True((await clients[0].SendAsync(conversation, id, id)).Ok);
        await Task.WhenAll(clients.Select(c => c.WaitForAsync(id, Soon)));
    }
}
