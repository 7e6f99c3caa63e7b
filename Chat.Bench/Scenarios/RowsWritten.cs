using Chat.Bench.Load;
using Chat.Bench.Results;
using Chat.Bench.Targets;
using Chat.Bench.Wire;
using Chat.Contracts;

namespace Chat.Bench.Scenarios;

/// <summary>Whether a durable send to many members writes more rows than one to two. Nobody acknowledges meanwhile, so only the sends write.</summary>
internal sealed class RowsWritten : IScenario
{
    private const int Many = 1000;
    private const int Sends = 200;

    /// <summary>An idle PostgreSQL session publishes its statistics after 10 s.</summary>
    private static readonly TimeSpan StatisticsDelay = TimeSpan.FromSeconds(11);

    public string Name => "rows";

    public string Title => "rows written by a durable send";

    public IReadOnlyList<TargetKind> Targets => [TargetKind.Product];

    /// <summary>Counting does not drift as time does.</summary>
    public int MaximumRepeats => 1;

    public IReadOnlyList<Goal> Goals =>
    [
        new(
            $"rows inserted by a send to {Many:#,0} members beyond one to 2",
            new(TargetKind.Product, Metric("inserted", Many)),
            Comparison.Difference,
            new(TargetKind.Product, Metric("inserted", 2)),
            AtMost: 0.05),
    ];

    public async Task RunAsync(Turn turn, CancellationToken cancellationToken)
    {
        if (turn.TargetDatabase is not { } database)
        {
            turn.Remark("left out: the server's database is unknown");
            return;
        }

        var run = Crowd.NewRun();
        await using var crowd = await Crowd.OpenAsync(turn.Target, run, Crowd.Users(run, 1), turn.Crowd, cancellationToken);
        var sender = crowd.Connections[0];
        sender.Acknowledges = false;
        foreach (var members in new[] { 2, Many })
        {
            var others = Enumerable.Range(1, members - 1).Select(i => $"m{run:x8}-{i}");
            var group = await Pairs.CreateAsync(sender, ConversationKinds.Group, others, cancellationToken);
            turn.Tell($"{members:#,0} members: statistics settle");
            await Task.Delay(StatisticsDelay, TimeProvider.System, cancellationToken);
            var before = await TableCounters.ReadAsync(database, cancellationToken);
            for (var i = 0; i < Sends; i++)
            {
                await sender.InvokeAsync("Send", SendTemplate.Item($"{members}-{i}", group, Pairs.TextLength), cancellationToken);
            }

            turn.Tell($"{members:#,0} members: statistics arrive");
            await Task.Delay(StatisticsDelay, TimeProvider.System, cancellationToken);
            var after = await TableCounters.ReadAsync(database, cancellationToken);
            Record(turn, members, before, after);
        }
    }

    private static string Metric(string what, int members) => $"rows {what}, {members:#,0} members";

    private static void Record(Turn turn, int members, IReadOnlyList<TableCounter> before, IReadOnlyList<TableCounter> after)
    {
        var changes = after
            .Select(a => (a.Table, Before: before.FirstOrDefault(b => b.Table == a.Table) ?? new TableCounter(a.Table, 0, 0), After: a))
            .Select(c => new TableCounter(c.Table, c.After.Inserted - c.Before.Inserted, c.After.Updated - c.Before.Updated))
            .Where(c => c.Inserted + c.Updated > 0)
            .ToArray();
        turn.Record(Metric("inserted", members), (double)changes.Sum(c => c.Inserted) / Sends, "/send");
        turn.Record(Metric("updated", members), (double)changes.Sum(c => c.Updated) / Sends, "/send");
        turn.Remark($"{Sends} sends to {members:#,0} members: " + string.Join(", ", changes.Select(c => $"{c.Table} +{c.Inserted} ~{c.Updated}")));
    }
}
