using Chat.Server.Backplane;
using Chat.Tests.Support;
using Chat.Server.Health;
using Xunit;

namespace Chat.Tests.Backplane.Redis;

public sealed class When_Redis_stops : IAsyncLifetime
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
    public async Task The_mode_falls_back_to_the_database_and_health_says_why()
    {
        await _redis.StopAsync();
        await _here.WaitForModeAsync(BackplaneMode.Database);

        Assert.False(_here.Say("a", "nobody hears"));
        Assert.Equal(0, _here.Queue().Count);
        var health = _here.Health;
        Assert.Equal((HealthLevel.Unhealthy, false), (health.Level, health.Connected));
        Assert.StartsWith("not connected for ", health.Description, StringComparison.Ordinal);
        Assert.Equal(("database", null), (health.Data!["mode"], health.Data["responseTime"]));
        _here.AssertLogIsCalm();
    }

    [Fact]
    public async Task It_is_used_again_by_itself_after_a_restart_once_what_was_missed_is_read()
    {
        using var heard = await Heard.OnAsync(_there.Bus, "a");
        var modesAtReading = new List<BackplaneMode>();
        var read = new TaskCompletionSource();
        using var hook = _there.Bus.OnRestoring(async _ =>
        {
            lock (modesAtReading)
            {
                modesAtReading.Add(_there.Bus.Status.Mode);
            }

            await read.Task;
        });
        var connections = await _redis.NodeConnectionsAsync();
        var channels = await _redis.ChannelsAsync();

        await _redis.StopAsync();
        await Task.WhenAll(_here.WaitForModeAsync(BackplaneMode.Database), _there.WaitForModeAsync(BackplaneMode.Database));
        await _redis.StartAsync();

        // One node is through; the other still reads, so it must not say that all is well, but it hears already.
        await _here.WaitForModeAsync(BackplaneMode.Redis);
        await Eventually.TrueAsync(() => modesAtReading.Count > 0, "the hook was called");
        Assert.Equal(BackplaneMode.Database, _there.Bus.Status.Mode);
        _here.Say("a", "hello");
        Assert.Equal("hello", await heard.NextAsync());

        read.SetResult();
        await _there.WaitForModeAsync(BackplaneMode.Redis);
        Assert.Equal([BackplaneMode.Database], modesAtReading);
        Assert.Equal([BackplaneMode.Redis, BackplaneMode.Database, BackplaneMode.Redis], _there.ModeChanges);
        await Eventually.EqualAsync(connections, _redis.NodeConnectionsAsync, "the number of connections");
        await Eventually.EqualAsync(channels, _redis.ChannelsAsync, "the number of channels");
        Assert.Equal(1, await _redis.SubscribersAsync("a"));
        _here.AssertLogIsCalm();
        _there.AssertLogIsCalm();
    }

    [Fact]
    public async Task A_reading_that_fails_is_done_again_before_Redis_is_used()
    {
        var calls = 0;
        using var hook = _here.Bus.OnRestoring(_ => Interlocked.Increment(ref calls) < 3
            ? Task.FromException(new InvalidOperationException("on purpose"))
            : Task.CompletedTask);

        await _redis.StopAsync();
        await _here.WaitForModeAsync(BackplaneMode.Database);
        await _redis.StartAsync();
        await _here.WaitForModeAsync(BackplaneMode.Redis);

        Assert.Equal(3, calls);
        _here.AssertLogIsCalm();
    }

    [Fact]
    public async Task What_is_subscribed_and_given_up_meanwhile_is_so_afterwards()
    {
        var givenUp = await Heard.OnAsync(_there.Bus, "given up");

        await _redis.StopAsync();
        await Task.WhenAll(_here.WaitForModeAsync(BackplaneMode.Database), _there.WaitForModeAsync(BackplaneMode.Database));
        givenUp.Dispose();
        using var added = await Heard.OnAsync(_there.Bus, "added");
        await _redis.StartAsync();
        await Task.WhenAll(_here.WaitForModeAsync(BackplaneMode.Redis), _there.WaitForModeAsync(BackplaneMode.Redis));

        _here.Say("given up", "not heard");
        _here.Say("added", "heard");
        Assert.Equal("heard", await added.NextAsync());
        Assert.Empty(givenUp.Rest());
        Assert.Equal(0, await _redis.SubscribersAsync("given up"));
    }

    [Fact]
    public async Task A_node_starts_without_it_and_finds_it_later()
    {
        await _redis.StopAsync();

        await using var late = await BackplaneHost.StartAsync(_redis.ConnectionString);
        using var heard = await Heard.OnAsync(late.Bus, "a");
        Assert.NotEqual(BackplaneMode.Redis, late.Bus.Status.Mode);
        await _here.WaitForModeAsync(BackplaneMode.Database);

        await _redis.StartAsync();
        await Task.WhenAll(late.WaitForModeAsync(BackplaneMode.Redis), _here.WaitForModeAsync(BackplaneMode.Redis));
        _here.Say("a", "hello");
        Assert.Equal("hello", await heard.NextAsync());
    }

    [Fact]
    public async Task With_the_database_away_too_the_mode_is_local_and_back_in_steps()
    {
        var database = new SwitchedDatabase();
        await using var host = await BackplaneHost.StartAsync(_redis.ConnectionString, database.Register);
        await host.WaitForModeAsync(BackplaneMode.Redis);

        await _redis.StopAsync();
        database.IsAvailable = false;
        await host.WaitForModeAsync(BackplaneMode.Local);
        database.IsAvailable = true;
        await host.WaitForModeAsync(BackplaneMode.Database);
        await _redis.StartAsync();
        await host.WaitForModeAsync(BackplaneMode.Redis);
    }
}
