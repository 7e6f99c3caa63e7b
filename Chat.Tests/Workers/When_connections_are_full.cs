using System.Net;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text.Json;
using Chat.Contracts;
using Chat.Tests.Support;

namespace Chat.Tests.Workers;

/// <summary>Newcomers get an answer, whoever is there goes on, and who watches gets in.</summary>
public sealed class When_connections_are_full : IAsyncLifetime
{
    private const int Most = 32;
    private readonly List<IDisposable> _open = [];
    private SingleHost _host = null!;

    public async Task InitializeAsync() => _host = await SingleHost.StartAsync(maxConnections: Most);

    public async Task DisposeAsync()
    {
        _open.ForEach(o => o.Dispose());
        await _host.DisposeAsync();
    }

    [Fact]
    public async Task Newcomers_to_the_hub_are_told_to_come_again_and_requests_are_answered()
    {
        var first = await FillAsync(Most - (Most / 16));
        using var client = _host.NewClient();

        using var refused = await client.PostAsync("/hub/negotiate?negotiateVersion=1", null);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, 5d, true), (refused.StatusCode, refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, refused.Headers.ConnectionClose));
        var problem = await refused.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal((ErrorCodes.Overloaded, true), (problem.GetProperty("code").GetString(), problem.GetProperty("retryable").GetBoolean()));
        await Assert.ThrowsAsync<WebSocketException>(() => _host.ConnectAsync(""));

        Assert.Equal("plain", await client.GetStringAsync("/plain"));
        Assert.Contains("still here", await SingleHost.EchoAsync(first, "still here"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Beyond_the_last_connection_newcomers_are_closed_at_once_and_who_watches_gets_in()
    {
        await FillAsync(Most - (Most / 16));
        var kept = await KeepAsync(Most / 16);

        using var late = _host.NewClient();
        await Assert.ThrowsAsync<HttpRequestException>(() => late.GetStringAsync("/plain").WaitAsync(Eventually.Patience));
        using var watcher = _host.NewClient(_host.ManagementPort);
        Assert.Equal("managed", await watcher.GetStringAsync("/managed"));

        kept.Dispose();
        await Eventually.TrueAsync(
            async () =>
            {
                using var next = _host.NewClient();
                return await next.GetStringAsync("/plain").ContinueWith(t => t.IsCompletedSuccessfully, TaskScheduler.Default);
            },
            "who comes next gets in");
    }

    /// <summary>So many connections of the hub; answers the first.</summary>
    private async Task<ClientWebSocket> FillAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            _open.Add(await _host.ConnectAsync(""));
        }

        return (ClientWebSocket)_open[0];
    }

    /// <summary>So many that answered a request and stay open; answers the last.</summary>
    private async Task<HttpClient> KeepAsync(int count)
    {
        HttpClient client = null!;
        for (var i = 0; i < count; i++)
        {
            _open.Add(client = _host.NewClient());
            await client.GetStringAsync("/plain");
        }

        return client;
    }
}
