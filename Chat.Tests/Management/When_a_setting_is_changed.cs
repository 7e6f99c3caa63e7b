using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Chat.Contracts;
using Chat.Contracts.Management;
using Chat.Tests.Faults;
using Chat.Tests.Support;
using Chat.Tests.Support.Clients;
using Microsoft.AspNetCore.SignalR.Client;

namespace Chat.Tests.Management;

public sealed class When_a_setting_is_changed
{
    // Spread over the workers by the kernel: all of them on one would be luck of one in five hundred.
    private const int Connections = 10;

    [Fact]
    public async Task It_holds_in_all_workers_at_once_in_their_successors_and_after_a_restart_of_the_node()
    {
        await using var server = await ServerProcess.StartNewAsync(new ServerSettings { Workers = 2 });
        await SetAsync(server, "Limits:SignalsPerSecond", "0.001");
        await SetAsync(server, "Limits:SignalBurst", "1");
        await AllAreHeldAsync(server);

        using (var killed = System.Diagnostics.Process.GetProcessById(server.WorkerIds()[0]))
        {
            killed.Kill();
        }

        await server.UntilWorkersAsync(total: 2, healthy: 2, crashed: 0, TimeSpan.FromSeconds(30));
        await AllAreHeldAsync(server);

        await server.SigtermAsync();
        server.Launch();
        await server.WaitUntilReadyAsync();
        await AllAreHeldAsync(server);

        await SetAsync(server, "Limits:SignalsPerSecond", null);
        await Eventually.TrueAsync(() => IsFreeAsync(server), "the limit is as configured");
    }

    private static async Task AllAreHeldAsync(ServerProcess server)
    {
        for (var i = 0; i < Connections; i++)
        {
            await Eventually.TrueAsync(async () => !await IsFreeAsync(server), "a fresh connection is held to the limit");
        }
    }

    /// <summary>Whether a fresh connection may ping twice.</summary>
    private static async Task<bool> IsFreeAsync(ServerProcess server)
    {
        await using var client = await StockClient.ConnectedAsync(server.Url, "ann");
        await client.Hub.InvokeAsync<JsonElement>("Ping", new { });
        var second = await client.Hub.InvokeAsync<JsonElement>("Ping", new { });
        return second.GetProperty("ok").GetBoolean();
    }

    private static async Task SetAsync(ServerProcess server, string key, string? value)
    {
        using var answer = await server.Management.PostAsJsonAsync(ManagementRoutes.SettingChange, new SettingRequest { Key = key, Value = value, Reason = "a test" }, ChatJson.Options);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }
}
