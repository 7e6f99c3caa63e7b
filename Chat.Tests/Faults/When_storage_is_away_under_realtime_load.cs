using Chat.Contracts;
using Chat.Tests.Faults.Checker;
using Chat.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace Chat.Tests.Faults;

/// <summary>F09 for conversations with the policy <c>realtime</c>: who is online goes on talking, and the log has it all afterwards.</summary>
[Collection(MeasuredAlone.Name)]
public sealed class When_storage_is_away_under_realtime_load(ITestOutputHelper output)
{
    private static readonly CheckerOptions Options = new() { AnswerWithin = TimeSpan.FromMinutes(2) };
    private static readonly CrowdSize Size = new(Users: 12, Groups: 4, PerSecond: 60, Policy: ConversationPolicies.Realtime);

    [Fact]
    public async Task Everybody_online_gets_every_event_within_a_second_and_the_log_has_each_once_in_order()
    {
        await using var postgres = await PostgresServer.StartNewAsync();
        var database = postgres.ConnectionString(await postgres.CreateDatabaseAsync());
        await using var server = await ServerProcess.StartNewAsync(new ServerSettings { Database = database, Workers = 2 });
        await using var crowd = await Crowd.GatherAsync(server.Url, Size);

        await crowd.TalkThroughAsync(async () =>
        {
            crowd.History.Fault("all is well");
            await crowd.ReachAsync(crowd.Sent + 200);
            crowd.History.Fault("PostgreSQL stops");
            await postgres.StopAsync();
            await Task.Delay(RunLength.Outage); // The length of the fault, not a wait for something.
            crowd.History.Fault("PostgreSQL starts");
            await postgres.StartAsync();
        });

        var result = await crowd.JudgeAsync(output, database, Options);
        result.ThrowIfBroken();
        Assert.Equal(0, result.Counts.Refused + result.Counts.Unknown);
        var usual = Outage.Between(crowd.History, "all is well", "PostgreSQL stops");
        var away = Outage.Between(crowd.History, "PostgreSQL stops", "PostgreSQL starts");
        output.WriteLine($"{usual}\n{away}");
        Assert.Equal(0, away.Refusals);

        // The first ones may still have been stored. What a busy machine takes anyway is not the server's.
        Assert.InRange(away.Queued, RunLength.Outage.TotalSeconds * Size.PerSecond * 0.5, double.MaxValue);
        Assert.InRange(away.SlowestArrival, TimeSpan.Zero, TimeSpan.FromSeconds(1) + usual.SlowestArrival);
    }

    [Fact]
    public async Task A_worker_killed_in_the_middle_loses_nothing_and_its_successor_goes_on()
    {
        await using var postgres = await PostgresServer.StartNewAsync();
        var database = postgres.ConnectionString(await postgres.CreateDatabaseAsync());
        await using var server = await ServerProcess.StartNewAsync(new ServerSettings { Database = database, Workers = 2 });
        await using var crowd = await Crowd.GatherAsync(server.Url, Size);

        var queuedAfterTheKill = 0;
        await crowd.TalkThroughAsync(async () =>
        {
            crowd.History.Fault("PostgreSQL stops");
            await postgres.StopAsync();
            await Task.Delay(RunLength.Outage / 2);
            crowd.History.Fault("kill -9");
            var killed = server.WorkerIds()[^1];
            Signals.Send(killed, Signal.Kill);
            await Eventually.TrueAsync(() => server.WorkerIds() is { Count: 2 } now && !now.Contains(killed), "the worker is replaced", TimeSpan.FromSeconds(60));
            await Task.Delay(RunLength.Outage / 2);
            queuedAfterTheKill = Outage.QueuedAfter(crowd.History, "kill -9");
            crowd.History.Fault("PostgreSQL starts");
            await postgres.StartAsync();
        });

        var result = await crowd.JudgeAsync(output, database, Options);
        output.WriteLine($"{queuedAfterTheKill} queued after the kill");
        result.ThrowIfBroken();
        Assert.Equal(0, result.Counts.Refused + result.Counts.Unknown);
        Assert.InRange(queuedAfterTheKill, 50, int.MaxValue);
    }
}
