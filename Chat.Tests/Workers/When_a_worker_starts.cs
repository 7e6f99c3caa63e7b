using Chat.Tests.Support;

namespace Chat.Tests.Workers;

/// <summary>The first client of a worker is served like the thousandth.</summary>
public sealed class When_a_worker_starts(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    [Fact]
    public async Task It_warms_up_all_of_it_before_it_takes_its_place_on_the_port_and_leaves_no_trace()
    {
        await using var node = await TestNode.StartAsync(
            2, null, null, $"--ConnectionStrings:Chat={database.ConnectionString}", "--Logging:LogLevel:Chat.Server.Workers.Runtime.WarmUpRun=Debug");
        foreach (var worker in await node.AllHealthyAsync())
        {
            // It is known to be healthy by its heartbeat, which may be here before its last lines.
            var lines = await Eventually.GetAsync(
                () => Task.FromResult(node.Monitor.LogOf(worker.Id).Select(line => line.Text).ToList()),
                read => read.Exists(line => line.Contains("Now listening", StringComparison.Ordinal)),
                "it has said that it listens");
            var warm = lines.FindIndex(line => line.Contains("Warmed up", StringComparison.Ordinal));
            var listening = lines.FindIndex(line => line.Contains("Now listening", StringComparison.Ordinal));
            Assert.True(warm >= 0 && warm < listening, string.Join('\n', lines));
            Assert.DoesNotContain(lines, line => line.Contains("Warming up went on without", StringComparison.Ordinal));
        }

        Assert.Equal(0L, await database.Server.ScalarAsync<long>("SELECT (SELECT count(*) FROM devices) + (SELECT count(*) FROM cursors)", database.Name));
    }
}
