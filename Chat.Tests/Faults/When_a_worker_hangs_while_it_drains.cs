using System.Diagnostics;
using Chat.Contracts;
using Chat.Tests.Faults.Checker;
using Chat.Tests.Support;
using Chat.Tests.Support.Proxy;
using Xunit;
using Xunit.Abstractions;

namespace Chat.Tests.Faults;

/// <summary>
/// F05 at the worst moment: a worker is stopped while it has the turn to store what the node has spooled. Its lock on the turn lasts as long as it
/// does; the supervisor ends it.
/// </summary>
[Collection(MeasuredAlone.Name)]
public sealed class When_a_worker_hangs_while_it_drains(ITestOutputHelper output)
{
    private const double KillAfter = 4;
    private static readonly CheckerOptions Options = new() { AnswerWithin = TimeSpan.FromMinutes(2) };
    private static readonly CrowdSize Size = new(Users: 12, Groups: 4, PerSecond: 60, Policy: ConversationPolicies.Realtime);

    [Fact]
    public async Task Talk_goes_on_and_once_it_is_killed_another_stores_everything_once_in_order()
    {
        await using var postgres = await PostgresServer.StartNewAsync();
        var name = await postgres.CreateDatabaseAsync();
        await using var proxy = TcpProxy.Start(postgres.Port);
        await using var server = await ServerProcess.StartNewAsync(new ServerSettings { Database = postgres.ConnectionString(name, proxy.Port), Workers = 2 }
            .With("Workers:UnresponsiveAfter", "00:00:02")
            .With("Workers:KillAfter", TimeSpan.FromSeconds(KillAfter).ToString()));
        await server.UntilWorkersAsync(2, 2, 0, TimeSpan.FromMinutes(1));
        await using var crowd = await Crowd.GatherAsync(server.Url, Size);

        await crowd.TalkThroughAsync(async () =>
        {
            crowd.History.Fault("the database is cut off");
            proxy.Down();
            await crowd.ReachAsync(crowd.Sent + 400);

            // Back, but slow: whoever stores what was spooled is at it long enough to be caught.
            proxy.ToServer.Latency = TimeSpan.FromMilliseconds(200);
            proxy.Up();
            var hung = await StopWhoDrainsAsync(server);
            crowd.History.Fault("a worker hangs");
            var since = Stopwatch.GetTimestamp();
            proxy.ToServer.Latency = TimeSpan.Zero;
            var waited = 0;
            await Eventually.TrueAsync(
                () =>
                {
                    waited = ProcFs.HoldsLock(hung, TurnOf(server)) ? SpooledFiles(server) : waited;
                    return !ProcFs.IsAlive(hung);
                },
                "it is killed",
                Deadline.Of(KillAfter + 2));
            crowd.History.Fault("it is killed");
            var killed = Stopwatch.GetElapsedTime(since);
            await Eventually.TrueAsync(() => SpooledFiles(server) == 0, "all is stored", Deadline.Of(6));
            crowd.History.Fault("all is stored");
            output.WriteLine($"killed after {killed.TotalSeconds:0.0} s, all stored after {Stopwatch.GetElapsedTime(since).TotalSeconds:0.0} s");
            Assert.NotEqual(0, waited);
        });

        var result = await crowd.JudgeAsync(output, postgres.ConnectionString(name), Options);
        result.ThrowIfBroken();
        Assert.Equal(0, result.Counts.Refused + result.Counts.Unknown);
        var (answered, arrived) = Meanwhile(crowd.History);
        output.WriteLine($"while it hung: {answered} answered, {arrived} arrived of what was sent then");

        // Who is connected to the other worker; by chance that is almost never nobody.
        Assert.InRange(answered, 20, int.MaxValue);
        Assert.InRange(arrived, 20, int.MaxValue);
    }

    private static string TurnOf(ServerProcess server) => Path.Combine(server.Folder, "data", "spool", "turn");

    private static int SpooledFiles(ServerProcess server) => Directory.GetFiles(Path.Combine(server.Folder, "data", "spool"), "*.spool").Length;

    /// <summary>A look may end between the question and the signal: then that worker goes on and the next one is caught.</summary>
    private static async Task<int> StopWhoDrainsAsync(ServerProcess server)
    {
        var turn = TurnOf(server);
        while (true)
        {
            var drains = await Eventually.GetAsync(
                () => Task.FromResult(server.WorkerIds().FirstOrDefault(pid => ProcFs.HoldsLock(pid, turn))), pid => pid != 0, "a worker drains", TimeSpan.FromSeconds(60));
            Signals.Send(drains, Signal.Stop);
            await Eventually.TrueAsync(() => ProcFs.Stat(drains) is not { IsStopped: false }, "it stops");
            if (ProcFs.HoldsLock(drains, turn))
            {
                return drains;
            }

            Signals.Send(drains, Signal.Continue);
        }
    }

    /// <summary>Of what was sent while it hung: what got a receipt, and what arrived, before it was killed.</summary>
    private static (int Answered, int Arrived) Meanwhile(History history)
    {
        var events = history.Snapshot();
        var (from, to) = (At("a worker hangs"), At("it is killed"));
        var then = events.Where(e => e.T > from && e.T < to).ToList();
        var sent = then.Where(e => e.Op == HistoryOp.Send).ToList();
        var (calls, ids) = (sent.Select(e => e.Call).ToHashSet(), sent.Select(e => e.ClientMsgId).ToHashSet());
        return (
            then.Count(e => e.Op == HistoryOp.Ack && e.Status == ReceiptStatus.Queued && calls.Contains(e.Call)),
            then.Count(e => e.Op == HistoryOp.Recv && ids.Contains(e.ClientMsgId)));

        double At(string fault) => events.First(e => e.Op == HistoryOp.Fault && e.Note == fault).T;
    }
}
