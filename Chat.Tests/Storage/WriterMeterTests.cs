using Chat.Server.Storage.Writing;
using Chat.Server.Telemetry.Metrics;
using Chat.Tests.Support;
using Xunit;

namespace Chat.Tests.Storage;

/// <summary>What the failure rate is made of.</summary>
public sealed class WriterMeterTests
{
    [Fact]
    public async Task Append_StoredRepeatedAndForbidden_CountsTheStoredOnlyAndNoFailure()
    {
        await using var host = await StorageHost.StartAsync($"Data Source={Path.Combine(TestRun.NewFolder("meter"), "chat.db")}");
        using var collector = host.Collect();
        await host.GroupAsync("g", "alice");

        await host.Writer.Submit(Appends.Message("g", "alice", "1"));
        await host.Writer.Submit(Appends.Message("g", "alice", "2"));
        await host.Writer.Submit(Appends.Message("g", "alice", "2"));
        Assert.IsType<AppendRefused>(await host.Writer.Submit(Appends.Message("g", "mallory", "3")));

        await Eventually.EqualAsync(2, () => Value(collector, "chat.message.accepted"), "the stored ones");
        await Eventually.EqualAsync(1, () => Value(collector, "chat.message.duplicate"), "the repeat");
        Assert.Equal(0, Value(collector, "chat.message.failed"));
        Assert.Equal(["chat.message.type=message,delivery.class=durable"], Labels(collector, "chat.message.accepted"));
        Assert.Equal(["outcome=stored"], Labels(collector, "chat.message.persist.duration"));
    }

    [Fact]
    public async Task Append_DatabaseIsGone_CountsAsFailedThroughTheServersFault()
    {
        await using var server = await PostgresServer.StartNewAsync();
        await using var host = await StorageHost.StartAsync(server.ConnectionString(await server.CreateDatabaseAsync()));
        using var collector = host.Collect();
        await host.GroupAsync("g", "alice");
        await server.StopAsync();

        var outcome = await host.Writer.Submit(Appends.Message("g", "alice", "1"));

        Assert.Equal(AppendRefusal.StorageUnavailable, Assert.IsType<AppendRefused>(outcome).Reason);
        await Eventually.EqualAsync(1, () => Value(collector, "chat.message.failed"), "the failure");
        Assert.True(collector.Collect().Families.Single(f => f.Name == "chat.message.failed").Series.Single().Labels.Has("fault", "server"));
        await Eventually.TrueAsync(() => Labels(collector, "chat.message.persist.duration") is ["outcome=failed"], "the batch counts as failed");
    }

    private static double Value(MetricsCollector collector, string name) =>
        collector.Collect().Families.SingleOrDefault(f => f.Name == name)?.Series.Sum(s => s.Value) ?? 0;

    private static string[] Labels(MetricsCollector collector, string name) =>
        [.. collector.Collect().Families.Single(f => f.Name == name).Series.Select(s => s.Labels.ToString()).Order(StringComparer.Ordinal)];
}
