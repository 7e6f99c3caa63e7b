using Chat.Bench.Load;
using Chat.Bench.Results;
using Chat.Bench.Targets;
using Chat.Bench.Wire;
using Chat.Contracts;

namespace Chat.Bench.Scenarios;

/// <summary>One group, every member connected, a few of them talking.</summary>
internal sealed class FanOut(int members, int window, double? goal) : IScenario
{
    private const string Throughput = "deliveries";
    private const int Senders = 4;

    public string Name => $"fanout{members}";

    public string Title => $"fan-out to {members:#,0} members";

    public IReadOnlyList<TargetKind> Targets => [TargetKind.Bare, TargetKind.Naive, TargetKind.Product];

    public IReadOnlyList<Goal> Goals => goal is { } least
        ? [new($"deliveries to {members:#,0} against a bare group send", new(TargetKind.Product, Throughput), Comparison.Ratio, new(TargetKind.Bare, Throughput), AtLeast: least)]
        : [];

    public async Task RunAsync(Turn turn, CancellationToken cancellationToken)
    {
        var run = Crowd.NewRun();
        await using var crowd = await Crowd.OpenAsync(turn.Target, run, Crowd.Users(run, members), turn.Crowd, cancellationToken);
        turn.Record("busy after the connects", await turn.SettleAsync(cancellationToken), "s");
        var owner = crowd.Connections[0];
        var group = await Pairs.CreateAsync(owner, ConversationKinds.Group, crowd.Connections.Skip(1).Select(c => c.User), cancellationToken);
        foreach (var sender in crowd.Connections.Take(Senders))
        {
            sender.Template = new SendTemplate(run, sender.Index, group, Pairs.TextLength);
        }

        var loop = new FanOutLoop(crowd, Senders, window);
        loop.Start();
        await turn.WatchAsync(turn.Options.RampUp, () => "ramp-up", cancellationToken);

        loop.DeliveryTimes = new Histogram();
        var (before, receiptsBefore, usageBefore, start) = (loop.Deliveries, loop.Receipts, turn.Usage(), Clock.Now);
        await turn.WatchAsync(turn.Options.Window, () => $"{(loop.Deliveries - before) / Clock.Seconds(start, Clock.Now):#,0} deliveries/s", cancellationToken);
        var (deliveries, receipts, usage, seconds) = (loop.Deliveries - before, loop.Receipts - receiptsBefore, turn.Usage() - usageBefore, Clock.Seconds(start, Clock.Now));
        var times = loop.DeliveryTimes;

        var missing = await loop.StopAsync(Turn.Patience, cancellationToken);
        turn.Record(Throughput, deliveries / seconds, "/s");
        turn.Record("messages", receipts / seconds, "msg/s");
        turn.Record("delivery p50", times.Milliseconds(0.5), "ms");
        turn.Record("delivery p99", times.Milliseconds(0.99), "ms");
        turn.RecordCpu(usage, deliveries, seconds);
        turn.RemarkOn(crowd.Tally, missing);
    }
}
