using Chat.Contracts;
using Chat.Tests.Faults.Checker;
using Chat.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace Chat.Tests.Faults;

/// <summary>F09, F10, F12: under load, PostgreSQL stops, dies or hangs for 20 seconds and comes back.</summary>
[Collection(MeasuredAlone.Name)]
public sealed class When_PostgreSQL_goes_away(ITestOutputHelper output)
{
    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(20);
    private static readonly CheckerOptions Options = new() { AnswerWithin = TimeSpan.FromMinutes(2), StrictSenderOrder = false };

    [Fact]
    public Task Stopped_nothing_acknowledged_is_lost_and_nobody_is_dropped() =>
        RunAsync(p => p.StopAsync(), p => p.StartAsync());

    [Fact]
    public Task Killed_nothing_acknowledged_is_lost_and_nobody_is_dropped() =>
        RunAsync(p => p.KillAsync(), p => p.StartAsync());

    [Fact]
    public Task Paused_nothing_acknowledged_is_lost_and_nobody_is_dropped() => RunAsync(p => p.PauseAsync(), p =>
    {
        p.Resume();
        return Task.CompletedTask;
    });

    private async Task RunAsync(Func<PostgresServer, Task> fault, Func<PostgresServer, Task> heal)
    {
        await using var postgres = await PostgresServer.StartNewAsync();
        var database = postgres.ConnectionString(await postgres.CreateDatabaseAsync());
        await using var server = await ServerProcess.StartNewAsync(new ServerSettings { Database = database, Workers = 0 });
        await using var crowd = await Crowd.GatherAsync(server.Url, new CrowdSize());
        await using var probe = await WireProbe.StartAsync(server.Url);

        await crowd.TalkThroughAsync(async () =>
        {
            crowd.History.Fault("PostgreSQL goes away");
            await fault(postgres);
            await Task.Delay(Outage); // The length of the fault, not a wait for something.
            await heal(postgres);
            crowd.History.Fault("PostgreSQL is back");
            // It resumes by itself: no restart, no reconnect.
            await probe.Answers.WaitForAsync(a => a.Receipt.Ok, TimeSpan.FromSeconds(30));
        });
        await probe.StopAsync();

        var result = await crowd.JudgeAsync(output, database, Options);
        result.ThrowIfBroken();
        Assert.Equal(0, result.Counts.Refused);
        output.WriteLine($"The slowest answer took {probe.Answers.Items.Max(a => a.Took).TotalSeconds:F1} s.");
        JudgeProbe(probe);
    }

    private static void JudgeProbe(WireProbe probe)
    {
        Assert.True(probe.NeverDropped);
        Assert.All(probe.Answers.Items, a => Assert.InRange(a.Took, TimeSpan.Zero, TimeSpan.FromSeconds(5)));
        var refused = probe.Answers.Items.Where(a => !a.Receipt.Ok).Select(a => a.Receipt.Error!).ToList();
        Assert.NotEmpty(refused);
        Assert.All(refused, e => Assert.Equal((ErrorCodes.StorageUnavailable, true, 30.0), (e.Code, e.Retryable, e.RetryAfter)));
        Assert.Contains(probe.Notices, n => n is { Kind: NoticeKinds.Degraded, Dependency: "storage" });
        Assert.Contains(probe.Notices, n => n is { Kind: NoticeKinds.Restored, Dependency: "storage" });
    }
}
