using Chat.Server.Backplane;
using Chat.Tests.Support;
using Chat.Server.Health;
using Xunit;

namespace Chat.Tests.Backplane.Redis;

public sealed class When_Redis_refuses_to_serve
{
    [Fact]
    public async Task With_the_wrong_password_it_is_down_the_reason_holds_no_secret_and_the_right_one_heals()
    {
        await using var redis = await RedisServer.StartNewAsync(new Dictionary<string, string> { ["requirepass"] = "theRightOne" });
        await using var host = await BackplaneHost.StartAsync($"{redis.ConnectionString},password=theWrongOne");

        await Eventually.EqualAsync("the password or user was refused", () => host.Bus.Status.Reason, "the reason");
        var health = host.Health;
        Assert.Equal((HealthLevel.Unhealthy, false), (health.Level, health.Connected));
        Assert.StartsWith("the password or user was refused for ", health.Description, StringComparison.Ordinal);

        await redis.CommandAsync("theRightOne", ["CONFIG", "SET", "requirepass", "theWrongOne"]);
        await host.WaitForModeAsync(BackplaneMode.Redis);
        host.AssertLogIsCalm("theWrongOne", "theRightOne", $"{redis.Port}");
    }

    [Fact]
    public async Task When_the_password_is_changed_under_way_the_reason_is_found()
    {
        await using var redis = await RedisServer.StartNewAsync(new Dictionary<string, string> { ["requirepass"] = "before" });
        await using var host = await BackplaneHost.StartConnectedAsync($"{redis.ConnectionString},password=before");

        await redis.CommandAsync("before", ["CONFIG", "SET", "requirepass", "after"]);
        await redis.CommandAsync("after", ["CLIENT", "KILL", "TYPE", "normal"]);
        await redis.CommandAsync("after", ["CLIENT", "KILL", "TYPE", "pubsub"]);

        await host.WaitForModeAsync(BackplaneMode.Database);
        await Eventually.EqualAsync("the password or user was refused", () => host.Bus.Status.Reason, "the reason");
    }

    [Fact]
    public async Task As_a_replica_it_is_not_used()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await using var host = await BackplaneHost.StartConnectedAsync(redis.ConnectionString);

        await redis.CommandAsync("REPLICAOF", "127.0.0.1", $"{FreePort.Next()}");
        await Eventually.EqualAsync("the server is a replica and takes no writes", () => host.Bus.Status.Reason, "the reason");
        Assert.Equal(BackplaneMode.Database, host.Bus.Status.Mode);

        await redis.CommandAsync("REPLICAOF", "NO", "ONE");
        await host.WaitForModeAsync(BackplaneMode.Redis);
    }

    [Fact]
    public async Task Out_of_memory_it_is_not_used()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await using var host = await BackplaneHost.StartConnectedAsync(redis.ConnectionString);

        await redis.CommandAsync("CONFIG", "SET", "maxmemory", "1");
        await Eventually.EqualAsync("the server is out of memory", () => host.Bus.Status.Reason, "the reason");
        Assert.Equal(BackplaneMode.Database, host.Bus.Status.Mode);

        await redis.CommandAsync("CONFIG", "SET", "maxmemory", "0");
        await host.WaitForModeAsync(BackplaneMode.Redis);
    }

    [Fact]
    public async Task An_account_that_may_only_publish_and_subscribe_is_enough_without_the_check()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await redis.CommandAsync("ACL", "SETUSER", "default", "resetkeys", "resetchannels", "&chat:*");

        await using var host = await BackplaneHost.StartConnectedAsync(redis.ConnectionString, ("CheckWrites", "false"));

        Assert.Equal(BackplaneMode.Redis, host.Bus.Status.Mode);
    }
}
