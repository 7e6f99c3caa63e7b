using Chat.Contracts;
using Chat.Tests.Faults.Checker;
using Chat.Tests.Support;
using Chat.Tests.Support.Proxy;
using Xunit;
using Xunit.Abstractions;

namespace Chat.Tests.Faults;

/// <summary>
/// F49: faults of every kind, drawn by a seed, on a node with PostgreSQL and Redis while people talk, in durable and in realtime conversations. As long
/// as one likes: <c>CHAT_TEST_SOAK</c> (seconds), <c>CHAT_TEST_SEED</c>.
/// </summary>
[Collection(MeasuredAlone.Name)]
public sealed class When_anything_may_happen(ITestOutputHelper output)
{
    private const long MostGrowth = 256L << 20;
    private static readonly TimeSpan Length = FaultLength.Of("CHAT_TEST_SOAK", TimeSpan.FromSeconds(30));
    private static readonly int Seed = FaultLength.Count("CHAT_TEST_SEED", 49);
    private static readonly CheckerOptions Options = new() { AnswerWithin = TimeSpan.FromMinutes(3) };

    [Fact]
    public async Task Nothing_is_lost_out_of_order_or_seen_twice_and_memory_and_files_come_back()
    {
        await using var postgres = await PostgresServer.StartNewAsync();
        var name = await postgres.CreateDatabaseAsync();
        await using var proxy = TcpProxy.Start(postgres.Port);
        await using var redis = await RedisServer.StartNewAsync();
        await using var server = await ServerProcess.StartNewAsync(new ServerSettings
        {
            Database = postgres.ConnectionString(name, proxy.Port),
            Redis = redis.ConnectionString,
            Workers = Nemesis.Workers,
        });
        await server.UntilWorkersAsync(Nemesis.Workers, Nemesis.Workers, 0, TimeSpan.FromMinutes(1));
        await using var durable = await Crowd.GatherAsync(server.Url, new CrowdSize(Users: 10, Groups: 3, PerSecond: 30, Seed: Seed));
        await using var realtime = await Crowd.GatherAsync(
            server.Url, new CrowdSize(Users: 10, Groups: 3, PerSecond: 30, Seed: Seed, Policy: ConversationPolicies.Realtime, Name: "other"));
        Crowd[] crowds = [durable, realtime];
        var nemesis = new Nemesis(server, postgres, proxy, redis, Seed, Tell);
        var before = new Footprint(0, 0);

        await durable.TalkThroughAsync(() => realtime.TalkThroughAsync(async () =>
        {
            // Whatever it keeps for those who talk it has by now.
            await Task.WhenAll(crowds.Select(c => c.ReachAsync(c.Sent + 150)));
            before = Footprint.Of(server);
            await nemesis.RunAsync(Length);
            Tell("all is mended");
        }));

        output.WriteLine($"seed {Seed}: {nemesis.Count} faults in {Length.TotalSeconds:0} s");
        foreach (var crowd in crowds)
        {
            var result = await crowd.JudgeAsync(output, postgres.ConnectionString(name), Options);
            result.ThrowIfBroken();
            Assert.Equal(0, result.Counts.Refused + result.Counts.Unknown);
        }

        await Eventually.TrueAsync(() => Directory.GetFiles(Path.Combine(server.Folder, "data", "spool"), "*.spool").Length == 0, "nothing is left in the spool", TimeSpan.FromMinutes(1));
        var after = await Eventually.GetAsync(
            () => Task.FromResult(Footprint.Of(server)),
            now => now.Files <= before.Files * 1.2 && now.Resident <= before.Resident + MostGrowth,
            $"no process takes much more than before ({before})",
            TimeSpan.FromMinutes(1));
        output.WriteLine($"before: {before}\nafter:  {after}");

        void Tell(string what)
        {
            output.WriteLine(what);
            durable.History.Fault(what);
            realtime.History.Fault(what);
        }
    }

    /// <summary>The most that any process of the server takes; processes are replaced, so they cannot be compared one by one.</summary>
    private sealed record Footprint(long Resident, int Files)
    {
        public static Footprint Of(ServerProcess server)
        {
            int[] processes = [server.Process.Id, .. server.WorkerIds()];
            return new(processes.Max(ProcFs.ResidentBytes), processes.Max(ProcFs.OpenFiles));
        }

        public override string ToString() => $"{Resident >> 20} MB, {Files} open files at most";
    }
}
