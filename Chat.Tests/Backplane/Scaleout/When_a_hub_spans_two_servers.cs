using System.Threading.Channels;
using Chat.Server.Backplane;
using Chat.Tests.Support;
using Microsoft.AspNetCore.SignalR.Client;
using Xunit;

namespace Chat.Tests.Backplane.Scaleout;

/// <summary>The whole way: stock client, stock hub code, two servers, Redis.</summary>
public sealed class When_a_hub_spans_two_servers : IAsyncLifetime
{
    private RedisServer _redis = null!;
    private SampleServer _left = null!;
    private SampleServer _right = null!;

    public async Task InitializeAsync()
    {
        _redis = await RedisServer.StartNewAsync();
        _left = await SampleServer.StartAsync(_redis.ConnectionString);
        _right = await SampleServer.StartAsync(_redis.ConnectionString);
        await WaitForModeAsync(BackplaneMode.Redis);
    }

    public async Task DisposeAsync()
    {
        await _left.DisposeAsync();
        await _right.DisposeAsync();
        await _redis.DisposeAsync();
    }

    [Fact]
    public async Task Groups_users_everyone_and_results_work_across()
    {
        await using var alice = await _left.ConnectAsync("alice");
        await using var bob = await _right.ConnectAsync("bob");
        var bobIs = await bob.InvokeAsync<string>("Me");
        var told = Told(bob);
        bob.On("Double", (int number) => 2 * number);
        Assert.True(await alice.InvokeAsync<bool>("HasRawConnection"));

        await alice.InvokeAsync("Join", bobIs, "group");
        await alice.InvokeAsync("TellGroup", "group", "to the group");
        Assert.Equal("to the group", await NextAsync(told));

        await alice.InvokeAsync("TellAll", "to all");
        Assert.Equal("to all", await NextAsync(told));

        await alice.InvokeAsync("TellUser", "bob", "to the user");
        Assert.Equal("to the user", await NextAsync(told));

        Assert.Equal(42, await alice.InvokeAsync<int>("AskToDouble", bobIs, 21));
    }

    [Fact]
    public async Task With_Redis_gone_clients_stay_new_ones_come_and_each_server_serves_its_own()
    {
        await using var before = await _left.ConnectAsync("before");
        var told = Told(before);

        await _redis.StopAsync();
        await WaitForModeAsync(BackplaneMode.Database);

        await using var after = await _left.ConnectAsync("after");
        before.On("Double", (int number) => 2 * number);
        var beforeIs = await before.InvokeAsync<string>("Me");
        await after.InvokeAsync("Join", beforeIs, "group");
        await after.InvokeAsync("TellGroup", "group", "still here");
        Assert.Equal("still here", await NextAsync(told));
        Assert.Equal(42, await after.InvokeAsync<int>("AskToDouble", beforeIs, 21));

        await _redis.StartAsync();
        await WaitForModeAsync(BackplaneMode.Redis);
        await using var right = await _right.ConnectAsync("right");
        await right.InvokeAsync("TellGroup", "group", "and back");
        Assert.Equal("and back", await NextAsync(told));
    }

    private static ChannelReader<string> Told(HubConnection connection)
    {
        var told = Channel.CreateUnbounded<string>();
        connection.On("Told", (string text) => told.Writer.TryWrite(text));
        return told.Reader;
    }

    private static async Task<string> NextAsync(ChannelReader<string> told) => await told.ReadAsync().AsTask().WaitAsync(Eventually.Patience);

    private async Task WaitForModeAsync(BackplaneMode mode)
    {
        await Eventually.EqualAsync(mode, () => _left.Bus.Status.Mode, "the left server's mode");
        await Eventually.EqualAsync(mode, () => _right.Bus.Status.Mode, "the right server's mode");
    }
}
