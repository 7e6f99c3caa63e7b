using System.Net;
using System.Text;
using System.Text.Json;
using Chat.Contracts.Management;
using Chat.Tests.Faults;
using Chat.Tests.Support;
using Chat.Tests.Support.Clients;

namespace Chat.Tests.Management;

public sealed class When_a_node_is_worked_on
{
    [Fact]
    public async Task It_is_not_ready_on_either_port_until_that_ends_also_after_a_restart_and_clients_stay()
    {
        await using var server = await ServerProcess.StartNewAsync(new ServerSettings { Workers = 1 });
        await using var ann = await StockClient.ConnectedAsync(server.Url, "ann");

        await SetAsync(server, on: true);
        await server.WaitForStatusAsync("/ready", HttpStatusCode.ServiceUnavailable);
        var (code, body) = await server.HealthAsync("/ready");
        Assert.Equal((503, false, true), (code, body.GetProperty("ready").GetBoolean(), body.GetProperty("maintenance").GetBoolean()));
        await server.WaitForStatusAsync("/health", HttpStatusCode.OK);
        Assert.True(ann.IsConnected);

        await server.SigtermAsync();
        server.Launch();
        await server.WaitForStatusAsync("/live", HttpStatusCode.OK);
        await server.WaitForStatusAsync("/ready", HttpStatusCode.ServiceUnavailable);
        Assert.True((await server.HealthAsync("/ready")).Body.GetProperty("maintenance").GetBoolean());

        await SetAsync(server, on: false);
        await server.WaitUntilReadyAsync();
        Assert.False((await server.HealthAsync("/ready")).Body.TryGetProperty("maintenance", out _));
    }

    private static async Task SetAsync(ServerProcess server, bool on)
    {
        using var body = new StringContent(JsonSerializer.Serialize(new { on, reason = "a test" }), Encoding.UTF8, "application/json");
        using var answer = await server.Management.PostAsync(ManagementRoutes.Maintenance, body);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }
}
