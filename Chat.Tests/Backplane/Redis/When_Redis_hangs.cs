using Chat.Server.Backplane;
using Chat.Tests.Support;
using Xunit;

namespace Chat.Tests.Backplane.Redis;

public sealed class When_Redis_hangs : IAsyncLifetime
{
    private RedisServer _redis = null!;
    private BackplaneHost _here = null!;
    private BackplaneHost _there = null!;

    public async Task InitializeAsync()
    {
        _redis = await RedisServer.StartNewAsync();
        _here = await BackplaneHost.StartConnectedAsync(_redis.ConnectionString, ("PublishQueueMessages", "1000"));
        _there = await BackplaneHost.StartConnectedAsync(_redis.ConnectionString);
    }

    public async Task DisposeAsync()
    {
        if (_redis.IsRunning)
        {
            _redis.Resume();
        }

        await _here.DisposeAsync();
        await _there.DisposeAsync();
        await _redis.DisposeAsync();
    }

    [Fact]
    public async Task Publishing_returns_while_it_hangs_and_what_waits_is_bounded()
    {
        using var heard = await Heard.OnAsync(_there.Bus, "a");
        await _redis.PauseAsync();

        // Redis stays paused throughout: that these calls return at all is the proof that none waits for it.
        var accepted = 0;
        for (var n = 0; n < 100_000; n++)
        {
            accepted += _here.Say("a", "hello") ? 1 : 0;
        }

        Assert.InRange(accepted, 1, 2_000);
        Assert.InRange(_here.Queue().Count, 0, 1_000);
        Assert.InRange(_here.Counter("chat.backplane.hint.lost{reason=queue_full}"), 90_000, 100_000);
        await _here.WaitForModeAsync(BackplaneMode.Database);
        Assert.Equal(0, _here.Queue().Count);
        _here.AssertLogIsCalm();
    }

    [Fact]
    public async Task Subscribing_returns_while_it_hangs_and_holds_afterwards()
    {
        await _redis.PauseAsync();

        using var heard = await Heard.OnAsync(_there.Bus, "late");
        await Task.WhenAll(_here.WaitForModeAsync(BackplaneMode.Database), _there.WaitForModeAsync(BackplaneMode.Database));
        _redis.Resume();
        await Task.WhenAll(_here.WaitForModeAsync(BackplaneMode.Redis), _there.WaitForModeAsync(BackplaneMode.Redis));

        _here.Say("late", "hello");
        Assert.Equal("hello", await heard.NextAsync());
        Assert.Equal(1, await _redis.SubscribersAsync("late"));
    }

    [Fact]
    public async Task It_is_used_again_by_itself_when_it_goes_on_and_no_stale_hint_arrives()
    {
        using var heard = await Heard.OnAsync(_there.Bus, "a");
        var readings = 0;
        using var hook = _there.Bus.OnRestoring(_ => Task.FromResult(Interlocked.Increment(ref readings)));

        await _redis.PauseAsync();
        await Task.WhenAll(_here.WaitForModeAsync(BackplaneMode.Database), _there.WaitForModeAsync(BackplaneMode.Database));
        Assert.False(_here.Say("a", "into the void"));
        _redis.Resume();
        await Task.WhenAll(_here.WaitForModeAsync(BackplaneMode.Redis), _there.WaitForModeAsync(BackplaneMode.Redis));

        Assert.Equal(1, readings);
        _here.Say("a", "hello");
        Assert.Equal("hello", await heard.NextAsync());
        Assert.Empty(heard.Rest());
    }

    [Fact]
    public async Task A_node_starts_and_stops_while_it_hangs()
    {
        await _redis.PauseAsync();

        var late = await BackplaneHost.StartAsync(_redis.ConnectionString);
        Assert.False(late.Say("a", "nobody hears"));
        await late.DisposeAsync();
    }
}
