using StackExchange.Redis;

namespace Chat.Tests.Support.Tests;

public sealed class RedisServerTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(300);

    [Fact]
    public async Task StopKillAndStart_SamePort_AnswersWithoutData()
    {
        await using var redis = await RedisServer.StartNewAsync();
        Assert.Equal("OK", await redis.CommandAsync("SET", "key", "value"));
        Assert.Equal("value", await redis.CommandAsync("GET", "key"));

        await redis.StopAsync();
        Assert.False(redis.IsRunning);
        await Assert.ThrowsAsync<InvalidOperationException>(() => redis.CommandAsync("PING"));
        await redis.StartAsync();
        Assert.Equal("", await redis.CommandAsync("GET", "key"));

        await redis.KillAsync();
        await redis.StartAsync();
        Assert.Equal("PONG", await redis.CommandAsync("PING"));
    }

    [Fact]
    public async Task PauseAsync_Command_HangsUntilResumed()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await redis.PauseAsync();
        var ping = redis.CommandAsync("PING");
        await Assert.ThrowsAsync<TimeoutException>(() => ping.WaitAsync(Short));
        redis.Resume();
        Assert.Equal("PONG", await ping);
    }

    [Fact]
    public async Task CommandAsync_ErrorAnswer_Throws()
    {
        await using var redis = await RedisServer.StartNewAsync(new Dictionary<string, string> { ["requirepass"] = "sesame" });
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => redis.CommandAsync("GET", "key"));
        Assert.Contains("NOAUTH", error.Message);
        Assert.Equal("PONG", await redis.CommandAsync("sesame", ["PING"]));
    }

    [Fact]
    public async Task KillSubscribersAsync_Subscriber_LosesItsConnection()
    {
        await using var redis = await RedisServer.StartNewAsync();
        using var connection = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString);
        var lost = new TaskCompletionSource<ConnectionType>(TaskCreationOptions.RunContinuationsAsynchronously);
        connection.ConnectionFailed += (_, e) => lost.TrySetResult(e.ConnectionType);
        await connection.GetSubscriber().SubscribeAsync("channel", (_, _) => { });
        await redis.KillSubscribersAsync();
        Assert.Equal(ConnectionType.Subscription, await lost.Task.WaitAsync(Eventually.Patience));
    }
}
