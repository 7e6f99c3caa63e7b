using Chat.Server.Backplane;
using Chat.Tests.Support;
using Xunit;

namespace Chat.Tests.Backplane.Redis;

public sealed class When_Redis_drops_its_subscribers : IAsyncLifetime
{
    private RedisServer _redis = null!;
    private BackplaneHost _here = null!;
    private BackplaneHost _there = null!;

    public async Task InitializeAsync()
    {
        _redis = await RedisServer.StartNewAsync();
        _here = await BackplaneHost.StartConnectedAsync(_redis.ConnectionString);
        _there = await BackplaneHost.StartConnectedAsync(_redis.ConnectionString);
    }

    public async Task DisposeAsync()
    {
        await _here.DisposeAsync();
        await _there.DisposeAsync();
        await _redis.DisposeAsync();
    }

    [Fact]
    public async Task What_was_missed_is_read_though_the_mode_need_not_change()
    {
        using var heard = await Heard.OnAsync(_there.Bus, "a");
        var read = new TaskCompletionSource();
        using var hook = _there.Bus.OnRestoring(_ =>
        {
            read.TrySetResult();
            return Task.CompletedTask;
        });

        await _redis.KillSubscribersAsync();

        await read.Task.WaitAsync(Eventually.Patience);
        await _there.WaitForModeAsync(BackplaneMode.Redis);
        _here.Say("a", "hello");
        Assert.Equal("hello", await heard.NextAsync());
    }

    [Fact]
    public async Task Again_and_again_nothing_leaks()
    {
        using var heard = await Heard.OnAsync(_there.Bus, "a");
        var connections = await _redis.NodeConnectionsAsync();
        var channels = await _redis.ChannelsAsync();

        for (var round = 0; round < 10; round++)
        {
            await _redis.KillSubscribersAsync();
            await Eventually.EqualAsync(1, () => _redis.SubscribersAsync("a"), "the number of subscribers");
        }

        await Task.WhenAll(_here.WaitForModeAsync(BackplaneMode.Redis), _there.WaitForModeAsync(BackplaneMode.Redis));
        _here.Say("a", "once");
        Assert.Equal("once", await heard.NextAsync());
        Assert.Empty(heard.Rest());
        await Eventually.EqualAsync(connections, _redis.NodeConnectionsAsync, "the number of connections");
        await Eventually.EqualAsync(channels, _redis.ChannelsAsync, "the number of channels");
        _there.AssertLogIsCalm();
    }
}
