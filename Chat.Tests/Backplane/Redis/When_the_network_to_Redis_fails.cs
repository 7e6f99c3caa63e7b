using Chat.Server.Backplane;
using Chat.Tests.Support;
using Chat.Tests.Support.Proxy;
using Xunit;

namespace Chat.Tests.Backplane.Redis;

public sealed class When_the_network_to_Redis_fails : IAsyncLifetime
{
    private RedisServer _redis = null!;
    private TcpProxy _proxy = null!;
    private BackplaneHost _cut = null!;
    private BackplaneHost _well = null!;

    public async Task InitializeAsync()
    {
        _redis = await RedisServer.StartNewAsync();
        _proxy = TcpProxy.Start(_redis.Port);
        _cut = await BackplaneHost.StartConnectedAsync($"127.0.0.1:{_proxy.Port}");
        _well = await BackplaneHost.StartConnectedAsync(_redis.ConnectionString);
    }

    public async Task DisposeAsync()
    {
        await _cut.DisposeAsync();
        await _well.DisposeAsync();
        await _proxy.DisposeAsync();
        await _redis.DisposeAsync();
    }

    [Fact]
    public async Task Cut_without_a_word_only_the_node_that_is_cut_falls_back_and_returns_by_itself()
    {
        using var heard = await Heard.OnAsync(_cut.Bus, "a");
        var connections = await _redis.NodeConnectionsAsync();

        _proxy.BlackHole();
        await _cut.WaitForModeAsync(BackplaneMode.Database);
        Assert.Equal(BackplaneMode.Redis, _well.Bus.Status.Mode);
        _proxy.Heal();
        await _cut.WaitForModeAsync(BackplaneMode.Redis);

        _well.Say("a", "hello");
        Assert.Equal("hello", await heard.NextAsync());
        await Eventually.EqualAsync(connections, _redis.NodeConnectionsAsync, "the number of connections");
        Assert.Equal([BackplaneMode.Redis], _well.ModeChanges);
    }

    [Fact]
    public async Task Half_dead_connected_but_nothing_comes_back_is_noticed()
    {
        _proxy.ToClient.BlackHole = true;

        await _cut.WaitForModeAsync(BackplaneMode.Database);

        _proxy.Heal();
        await _cut.WaitForModeAsync(BackplaneMode.Redis);
    }

    [Fact]
    public async Task Slow_by_a_fifth_of_a_second_it_stays_in_use_and_in_order()
    {
        _proxy.ToServer.Latency = TimeSpan.FromMilliseconds(200);
        using var heard = await Heard.OnAsync(_well.Bus, "a");

        for (var n = 0; n < 1_000; n++)
        {
            Assert.True(_cut.Say("a", $"{n}"));
        }

        for (var n = 0; n < 1_000; n++)
        {
            Assert.Equal($"{n}", await heard.NextAsync());
        }

        Assert.Equal([BackplaneMode.Redis], _cut.ModeChanges);
    }

    [Fact]
    public async Task Flapping_does_not_thrash_nor_leak_nor_flood_the_log()
    {
        using var heard = await Heard.OnAsync(_cut.Bus, "a");
        var connections = await _redis.NodeConnectionsAsync();
        var channels = await _redis.ChannelsAsync();
        var before = _cut.ModeChanges.Count;

        await _proxy.FlapAsync(down: TimeSpan.FromSeconds(2), up: TimeSpan.FromSeconds(2), whole: TimeSpan.FromSeconds(20));

        Assert.InRange(_cut.ModeChanges.Count - before, 1, 5);
        await _cut.WaitForModeAsync(BackplaneMode.Redis, TimeSpan.FromSeconds(60));
        _well.Say("a", "hello");
        Assert.Equal("hello", await heard.NextAsync());
        await Eventually.EqualAsync(connections, _redis.NodeConnectionsAsync, "the number of connections");
        await Eventually.EqualAsync(channels, _redis.ChannelsAsync, "the number of channels");
        Assert.Equal(1, await _redis.SubscribersAsync("a"));
        _cut.AssertLogIsCalm();
        Assert.Equal([BackplaneMode.Redis], _well.ModeChanges);
    }
}
