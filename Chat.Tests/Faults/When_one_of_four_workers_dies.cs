using System.Diagnostics;
using Chat.Tests.Faults.Checker;
using Chat.Tests.Support;
using Xunit.Abstractions;

namespace Chat.Tests.Faults;

/// <summary>F01, F05 on the whole product: one of four workers is killed while idle, killed under load, and stopped; everybody else goes on.</summary>
[Collection(MeasuredAlone.Name)]
public sealed class When_one_of_four_workers_dies(PostgresDatabase database, ITestOutputHelper output) : IClassFixture<PostgresDatabase>
{
    private static readonly CheckerOptions Options = new() { AnswerWithin = TimeSpan.FromMinutes(1) };

    [Fact]
    public async Task It_is_seen_told_and_replaced_and_clients_of_the_others_notice_nothing()
    {
        await using var node = await WatchedNode.StartAsync(new ServerSettings { Database = database.ConnectionString, Workers = 4 }
            .With("Workers:UnresponsiveAfter", "00:00:02")
            .With("Workers:KillAfter", "00:00:03")
            .With("Alerts:Rules:WorkerCrash:Window", "00:00:10"));
        await node.UntilWorkersAsync(4, 4, 0, Deadline.Of(30));
        var crash = await KillAsync(node, "idle", readyWithin: 5);

        await using var crowd = await Crowd.GatherAsync(node.Server.Url, new CrowdSize(Users: 24));
        await crowd.TalkThroughAsync(async () =>
        {
            var before = await ConnectionsAsync(node, of: 24);
            var crashes = await node.SamplesAsync("chat_worker_crash_total", "worker_id");

            crowd.History.Fault("SIGKILL to a worker");
            await KillAsync(node, "under load", readyWithin: 8);

            var dead = await ChangedAsync(node, crashes);
            await ConnectionsAsync(node, of: 24);
            var connects = Connects(crowd);
            Assert.Equal((int)before[dead], connects.Count(user => user.Value > 1));
            Assert.Equal(24 - (int)before[dead], connects.Count(user => user.Value == 1));

            crowd.History.Fault("SIGSTOP to a worker");
            await StopAsync(node);
        });

        var result = await crowd.JudgeAsync(output, database.ConnectionString, Options);
        result.ThrowIfBroken();
        Assert.Equal(0, result.Counts.Refused + result.Counts.Unknown);
        output.WriteLine($"told after {await node.ToldAsync("firing WorkerCrash warning", crash, Deadline.Of(25))}");
        await node.ToldAsync("resolved WorkerCrash warning", crash, Deadline.Of(40));
        Assert.DoesNotContain(node.Receiver.Told, told => told.Contains("AllWorkersCrashed", StringComparison.Ordinal));
    }

    private async Task<long> KillAsync(WatchedNode node, string when, double readyWithin)
    {
        var start = Stopwatch.GetTimestamp();
        Signals.Send(node.Server.WorkerIds()[^1], Signal.Kill);

        var seen = await node.UntilWorkersAsync(4, 3, 1, Deadline.Of(1));
        var (code, health) = await node.HealthAsync();
        var back = await node.UntilWorkersAsync(4, 4, 0, Deadline.Of(readyWithin)) + seen;

        output.WriteLine($"killed {when}: seen after {seen.TotalSeconds:0.000} s, replaced after {back.TotalSeconds:0.00} s");
        if (health.GetProperty("workers").GetProperty("healthy").GetInt32() == 3)
        {
            Assert.Equal((200, "degraded"), (code, health.GetProperty("status").GetString()));
        }

        return start;
    }

    private async Task StopAsync(WatchedNode node)
    {
        Signals.Send(node.Server.WorkerIds()[0], Signal.Stop);

        var seen = await node.UntilWorkersAsync(4, 3, 1, Deadline.Of(3));
        await Eventually.GetAsync(
            () => node.SamplesAsync("chat_worker_crash_total", "reason"), reasons => reasons.GetValueOrDefault("hang") == 1, "it is killed for hanging", Deadline.Of(5));
        var back = await node.UntilWorkersAsync(4, 4, 0, Deadline.Of(8));

        output.WriteLine($"stopped: seen after {seen.TotalSeconds:0.000} s, replaced {back.TotalSeconds:0.00} s after it was killed");
    }

    /// <summary>Connections by worker, once they are as many as there are clients.</summary>
    private static Task<IReadOnlyDictionary<string, double>> ConnectionsAsync(WatchedNode node, int of) => Eventually.GetAsync(
        () => node.SamplesAsync("signalr_server_active_connections", "worker"), open => (int)open.Values.Sum() == of, $"{of} clients are connected", Deadline.Of(10));

    private static async Task<string> ChangedAsync(WatchedNode node, IReadOnlyDictionary<string, double> before)
    {
        var after = await Eventually.GetAsync(
            () => node.SamplesAsync("chat_worker_crash_total", "worker_id"), now => now.Values.Sum() > before.Values.Sum(), "the crash is counted", Deadline.Of(3));
        return Assert.Single(after, worker => worker.Value > before[worker.Key]).Key;
    }

    private static Dictionary<string, int> Connects(Crowd crowd) =>
        crowd.History.Snapshot().Where(e => e.Op == HistoryOp.Conn).GroupBy(e => e.User!).ToDictionary(g => g.Key, g => g.Count());
}
