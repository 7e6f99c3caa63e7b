using Chat.Tests.Client.Support;
using Chat.Tests.Support;

namespace Chat.Tests.Client;

public sealed class When_the_server_goes_and_comes
{
    [Fact]
    public async Task A_killed_server_costs_no_message()
    {
        await using var server = await ServerProcess.StartNewAsync(Settings);
        await using var pair = await Pair.ConnectAsync(server.Url, server.Token);
        var sends = pair.Send(1, 100);
        await pair.Bob.Events.NextAsync(e => e.Id == "m0030");

        await server.Kill9Async();
        sends.AddRange(pair.Send(101, 50));
        await server.RestartAsync();

        await pair.AllArrivedAsync(sends);
    }

    [Fact]
    public async Task A_server_that_shuts_down_and_returns_costs_no_message()
    {
        await using var server = await ServerProcess.StartNewAsync(Settings);
        await using var pair = await Pair.ConnectAsync(server.Url, server.Token);
        var sends = pair.Send(1, 100);
        await pair.Bob.Events.NextAsync(e => e.Id == "m0030");

        await server.SigtermAsync();
        sends.AddRange(pair.Send(101, 50));
        await server.RestartAsync();

        await pair.AllArrivedAsync(sends);
    }

    private static ServerSettings Settings => new() { Workers = 0, Options = new Dictionary<string, string?> { ["Limits:SendsPerSecond"] = "0" } };
}
