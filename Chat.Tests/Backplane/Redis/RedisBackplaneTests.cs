using Chat.Server.Backplane;
using Chat.Tests.Support;
using Xunit;

namespace Chat.Tests.Backplane.Redis;

public sealed class RedisBackplaneTests : BackplaneContract
{
    private readonly List<BackplaneHost> _hosts = [];
    private RedisServer? _redis;

    public override async Task DisposeAsync()
    {
        foreach (var host in _hosts)
        {
            await host.DisposeAsync();
        }

        await _redis!.DisposeAsync();
    }

    [Fact]
    public async Task Start_RedisThere_IsInUseAndHealthy()
    {
        Assert.Equal(BackplaneMode.Redis, _hosts[0].Bus.Status.Mode);
        var health = _hosts[0].Health;
        Assert.Equal("Healthy in use", $"{health.Level} {health.Description}");
        Assert.Equal("redis", health.Data!["mode"]);
        Assert.IsType<long>(health.Data["responseTime"]);
    }

    [Fact]
    public async Task Dispose_LastSubscription_UnsubscribesTheServer()
    {
        var (one, two) = (await Heard.OnAsync(_hosts[0].Bus, "a"), await Heard.OnAsync(_hosts[0].Bus, "a"));
        Assert.Equal("chat:a\n1", await NumSubAsync("chat:a"));

        one.Dispose();
        two.Dispose();

        await Eventually.EqualAsync("chat:a\n0", () => NumSubAsync("chat:a"), "the number of subscribers");
    }

    [Fact]
    public async Task Publish_Counted_OnBothSides()
    {
        using var heard = await Heard.OnAsync(_hosts[1].Bus, "a");

        Publish(_hosts[0].Bus, "a", "hello");
        await heard.NextAsync();

        await Eventually.EqualAsync(1, () => _hosts[0].Counter("chat.backplane.published{outcome=sent}"), "sent");
        Assert.Equal(1, _hosts[1].Counter("chat.backplane.received"));
        Assert.Equal(0, _hosts[1].Counter("chat.backplane.hint.lost"));
    }

    [Fact]
    public async Task ChannelPrefix_TwoInstallations_DoNotHearEachOther()
    {
        await using var stranger = await BackplaneHost.StartConnectedAsync(_redis!.ConnectionString, ("ChannelPrefix", "other:"));
        using var strange = await Heard.OnAsync(stranger.Bus, "a");
        using var ours = await Heard.OnAsync(_hosts[1].Bus, "a");

        Publish(_hosts[0].Bus, "a", "ours");

        Assert.Equal("ours", await ours.NextAsync());
        Assert.Empty(strange.Rest());
    }

    private protected override async Task StartAsync() => _redis = await RedisServer.StartNewAsync();

    private protected override async Task<object> JoinAsync()
    {
        // Quick to start, slow to doubt: these tests are about messages, not about faults.
        _hosts.Add(await BackplaneHost.StartConnectedAsync(
            _redis!.ConnectionString, ("ProbeInterval", "00:00:00.050"), ("SuspectAfter", "00:00:10")));
        return _hosts[^1].Bus;
    }

    private async Task<string> NumSubAsync(string channel) => (await _redis!.CommandAsync("PUBSUB", "NUMSUB", channel)).Trim();
}
