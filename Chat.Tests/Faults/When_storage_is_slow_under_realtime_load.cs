using System.Globalization;
using Chat.Contracts;
using Chat.Tests.Faults.Checker;
using Chat.Tests.Support;
using Chat.Tests.Support.Proxy;
using Xunit;
using Xunit.Abstractions;

namespace Chat.Tests.Faults;

/// <summary>F13: each exchange with the database takes 300 ms more, then 2 s more.</summary>
[Collection(MeasuredAlone.Name)]
public sealed class When_storage_is_slow_under_realtime_load(ITestOutputHelper output)
{
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromMilliseconds(400);

    [Theory]
    [InlineData(300)]
    [InlineData(2_000)]
    public async Task Realtime_stays_quick_and_durable_becomes_slow_and_loses_nothing(int milliseconds)
    {
        await using var postgres = await PostgresServer.StartNewAsync();
        var name = await postgres.CreateDatabaseAsync();
        await using var proxy = TcpProxy.Start(postgres.Port);
        await using var server = await ServerProcess.StartNewAsync(new ServerSettings { Database = postgres.ConnectionString(name, proxy.Port), Workers = 0 });
        await using var realtime = await Crowd.GatherAsync(server.Url, new CrowdSize(Users: 8, Groups: 2, PerSecond: 30, Policy: ConversationPolicies.Realtime));
        await using var durable = await Crowd.GatherAsync(server.Url, new CrowdSize(Users: 8, Groups: 2, PerSecond: 20, Name: "other"));
        await using var probe = await WireProbe.StartAsync(server.Url, policy: ConversationPolicies.Realtime);
        var (slowed, p99, deepest) = (TimeSpan.Zero, TimeSpan.Zero, 0.0);

        await realtime.TalkThroughAsync(() => durable.TalkThroughAsync(async () =>
        {
            await probe.Answers.WaitForCountAsync(20);
            var before = probe.Answers.Count;
            realtime.History.Fault("slow");
            durable.History.Fault("slow");
            proxy.ToServer.Latency = TimeSpan.FromMilliseconds(milliseconds);
            deepest = await DeepestQueueAsync(server, RunLength.Outage);
            (slowed, p99) = (probe.QuantileSince(before, 0.5), probe.QuantileSince(before, 0.99));
            realtime.History.Fault("as before");
            durable.History.Fault("as before");
            proxy.ToServer.Latency = TimeSpan.Zero;
        }));
        await probe.StopAsync();

        var database = postgres.ConnectionString(name);
        var options = new CheckerOptions { AnswerWithin = TimeSpan.FromMinutes(2) };
        foreach (var crowd in new[] { realtime, durable })
        {
            var result = await crowd.JudgeAsync(output, database, options);
            result.ThrowIfBroken();
            Assert.Equal(0, result.Counts.Refused + result.Counts.Unknown);
            output.WriteLine(Outage.Of(crowd.History).ToString());
        }

        output.WriteLine($"realtime on the wire while slow: p50 {slowed.TotalMilliseconds:F0} ms, p99 {p99.TotalMilliseconds:F0} ms; deepest queue {deepest}");
        Assert.All(probe.Answers.Items, a => Assert.True(a.Receipt.Ok, $"{a.Receipt.Error}"));

        Assert.InRange(RunLength.IsLong ? p99 : slowed, TimeSpan.Zero, AnswerLimit);
        Assert.InRange(Outage.Of(durable.History).P99Answer, TimeSpan.FromMilliseconds(milliseconds), TimeSpan.MaxValue);
        Assert.InRange(deepest, 0, 1_000);
    }

    /// <summary>The longest that the writer's queue was in this time, as the metrics tell it.</summary>
    private static async Task<double> DeepestQueueAsync(ServerProcess server, TimeSpan time)
    {
        var deepest = 0.0;
        var since = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(since) < time)
        {
            var text = await server.Management.GetStringAsync("/metrics");
            var line = text.Split('\n').FirstOrDefault(l => l.StartsWith("chat_storage_queue_depth", StringComparison.Ordinal));
            deepest = Math.Max(deepest, line is null ? 0 : double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture));
            await Task.Delay(500); // The length of the fault, in pieces.
        }

        return deepest;
    }
}
