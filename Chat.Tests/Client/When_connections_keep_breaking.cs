using Chat.Client;
using Chat.Contracts;
using Chat.Tests.Client.Support;
using Chat.Tests.Hubs.Wire;
using Chat.Tests.Support.Proxy;

namespace Chat.Tests.Client;

public sealed class When_connections_keep_breaking
{
    [Fact]
    public async Task Every_message_arrives_once_and_in_order()
    {
        await using var server = await InProcessServer.StartAsync("Limits:SendsPerSecond=0");
        await using var proxy = TcpProxy.Start(server.Address.Port);
        await using var pair = await Pair.ConnectAsync(new Uri($"http://127.0.0.1:{proxy.Port}"), user => server.Token(user));
        var sends = pair.Send(1, 300);

        for (var seen = 20; seen <= 260; seen += 40)
        {
            await pair.Bob.Events.NextAsync(e => int.Parse(e.Id[1..]) >= seen);
            proxy.ResetAll();
        }

        await pair.AllArrivedAsync(sends);
    }

    [Fact]
    public async Task Cuts_in_the_middle_of_a_frame_lose_nothing()
    {
        await using var server = await InProcessServer.StartAsync("Limits:SendsPerSecond=0");
        await using var proxy = TcpProxy.Start(server.Address.Port);
        await using var pair = await Pair.ConnectAsync(new Uri($"http://127.0.0.1:{proxy.Port}"), user => server.Token(user));
        var sends = new List<Task<Receipt>>();

        for (var round = 0; round < 5; round++)
        {
            proxy.ToClient.CutAfterBytes = 1500 + (100 * round);
            sends.AddRange(pair.Send((30 * round) + 1, 30));
            await pair.Bob.States.NextAsync(change => change.Current == ChatConnectionState.Reconnecting);
            proxy.ToClient.CutAfterBytes = null;
        }

        await pair.AllArrivedAsync(sends);
    }
}
