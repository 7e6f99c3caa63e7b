using System.Globalization;
using Chat.Server.Workers.Ports;
using Chat.Tests.Faults.Checker;
using Chat.Tests.Support;
using Chat.Tests.Workers;
using Xunit.Abstractions;

namespace Chat.Tests.Faults;

/// <summary>F38 under load: all workers are replaced, one after the other, while everybody goes on talking.</summary>
[Collection(MeasuredAlone.Name)]
public sealed class When_all_workers_are_restarted(PostgresDatabase database, ITestOutputHelper output) : IClassFixture<PostgresDatabase>
{
    private static readonly int Workers = FaultLength.Count("CHAT_TEST_WORKERS", 2);
    private static readonly int Clients = FaultLength.Count("CHAT_TEST_CLIENTS", 100);
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1.5);
    private static readonly CheckerOptions Options = new() { AnswerWithin = TimeSpan.FromMinutes(1) };

    [Fact]
    public async Task No_send_fails_nothing_is_lost_and_each_worker_is_gone_within_its_window()
    {
        await using var node = await TestNode.StartAsync(Workers, null, null, $"--ConnectionStrings:Chat={database.ConnectionString}");
        await node.AllHealthyAsync();
        var url = new Uri($"http://127.0.0.1:{node.Port}");
        await using var crowd = await Crowd.GatherAsync(url, new CrowdSize(Users: Clients, PerSecond: 200));

        await crowd.TalkThroughAsync(async () =>
        {
            crowd.History.Fault("restart of all");
            Assert.Equal(CommandOutcome.Accepted, node.Commands.RestartAll());
            await Eventually.TrueAsync(() => node.Monitor.Current.Rolling is { Running: false }, "all are restarted", TimeSpan.FromSeconds(60 * Workers));
        });

        Assert.Equal((Workers, Workers, null), (node.Monitor.Current.Rolling!.Done, node.Monitor.Current.Rolling.Total, node.Monitor.Current.Rolling.Problem));
        var result = await crowd.JudgeAsync(output, database.ConnectionString, Options);
        result.ThrowIfBroken();
        Assert.Equal(0, result.Counts.Refused + result.Counts.Unknown);
        AssertWindows(node);
        AssertPauses(crowd);
    }

    private void AssertWindows(TestNode node)
    {
        foreach (var worker in node.Monitor.Current.Workers)
        {
            var took = At(node, worker.Id, WorkerState.Stopped) - At(node, worker.Id, WorkerState.Draining);
            output.WriteLine($"{worker.Id} was gone {took.TotalSeconds:0.00} s after it was asked");
            Assert.InRange(took, TimeSpan.Zero, Deadline.Of((Window + Grace).TotalSeconds));
            Assert.Equal((0, 1, 0), (worker.LastExit!.Code, worker.Restarts, worker.Crashes));
        }
    }

    /// <summary>Nobody was without a connection for longer than the window, over which the comings back are spread, and a second.</summary>
    private void AssertPauses(Crowd crowd)
    {
        var (pauses, beyond) = (new List<TimeSpan>(), new List<TimeSpan>());
        foreach (var user in crowd.History.Snapshot().Where(e => e.Op is HistoryOp.Conn or HistoryOp.Disc).GroupBy(e => e.User))
        {
            HistoryEvent? gone = null;
            foreach (var e in user)
            {
                if (e.Op == HistoryOp.Disc)
                {
                    gone ??= e;
                }
                else if (gone is { } from)
                {
                    pauses.Add(TimeSpan.FromMilliseconds(e.T - from.T));
                    beyond.Add(pauses[^1] - TimeSpan.FromMilliseconds(from.Note is { } slot ? double.Parse(slot, CultureInfo.InvariantCulture) : 0));
                    gone = null;
                }
            }

            Assert.Null(gone);
        }

        pauses.Sort();
        beyond.Sort();
        output.WriteLine($"{pauses.Count} reconnects, pause p50 {pauses[pauses.Count / 2].TotalSeconds:0.00} s, longest {pauses[^1].TotalSeconds:0.00} s; beyond its slot p50 {beyond[beyond.Count / 2].TotalSeconds:0.00} s, p99 {beyond[beyond.Count * 99 / 100].TotalSeconds:0.00} s, longest {beyond[^1].TotalSeconds:0.00} s");
        Assert.InRange(pauses.Count, Clients, Clients * Workers);
        Assert.InRange(pauses[^1], TimeSpan.Zero, Deadline.Of(Window.TotalSeconds + 1));
        Assert.InRange(beyond[beyond.Count * 99 / 100], TimeSpan.MinValue, Deadline.Of(1));
    }

    private static DateTimeOffset At(TestNode node, string worker, WorkerState state) => node.Events.First(e => e.WorkerId == worker && e.To == state).At;
}
