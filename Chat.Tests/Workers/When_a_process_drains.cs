using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Chat.Server.Workers.Ports;
using Chat.Tests.Support;

namespace Chat.Tests.Workers;

public sealed class When_a_process_drains : IAsyncLifetime
{
    private SingleHost _host = null!;

    public async Task InitializeAsync() => _host = await SingleHost.StartAsync();

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task It_takes_no_newcomers_sends_handshakes_away_and_serves_its_connections_to_the_end()
    {
        using var socket = await _host.ConnectAsync("");
        using var browser = _host.NewClient();
        using var other = _host.NewClient();
        await browser.GetStringAsync("/plain");
        await other.GetStringAsync("/plain");
        var stopping = _host.StopAsync();
        await _host.Step.Entered;

        using var newcomer = new TcpClient();
        var refused = await Assert.ThrowsAsync<SocketException>(() => newcomer.ConnectAsync(IPAddress.Loopback, _host.Port));
        Assert.Equal(SocketError.ConnectionRefused, refused.SocketErrorCode);

        using var handshake = await browser.PostAsync("/hub/negotiate?negotiateVersion=1", null);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, handshake.StatusCode);
        Assert.InRange(handshake.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 4);
        var problem = await handshake.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(("draining", true), (problem.GetProperty("code").GetString(), problem.GetProperty("retryable").GetBoolean()));

        using var plain = await other.GetAsync("/plain");
        Assert.Equal((HttpStatusCode.OK, true), (plain.StatusCode, plain.Headers.ConnectionClose));
        Assert.Contains("still here", await SingleHost.EchoAsync(socket, "still here"), StringComparison.Ordinal);
        Assert.Equal(WorkerState.Draining, Assert.Single(_host.Monitor.Current.Workers).State);

        _host.Step.Release();
        await stopping.WaitAsync(Eventually.Patience);
    }

    [Fact]
    public async Task A_single_process_watches_itself()
    {
        var beats = new TaskCompletionSource<WorkerBeat>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var socket = await _host.ConnectAsync("");
        _host.Monitor.Beat += beat =>
        {
            if (beat.Vitals.Connections == 1)
            {
                beats.TrySetResult(beat);
            }
        };
        var vitals = (await beats.Task.WaitAsync(Eventually.Patience)).Vitals;
        Assert.Equal((Environment.ProcessId, false), (vitals.Pid, vitals.Draining));
        Assert.True(vitals is { WorkingSetBytes: > 0, CpuSeconds: > 0, UptimeSeconds: > 0 });
        Assert.Equal((1, 1, 0), (_host.Monitor.Current.Total, _host.Monitor.Current.Healthy, _host.Monitor.Current.Crashed));
    }

    [Fact]
    public async Task The_two_ports_are_told_apart_by_the_port_and_not_by_the_host_header()
    {
        using var served = _host.NewClient();
        using var managed = _host.NewClient(_host.ManagementPort);
        Assert.Equal("managed", await managed.GetStringAsync("/managed"));
        Assert.Equal("served", await served.GetStringAsync("/served"));
        Assert.Equal("plain", await managed.GetStringAsync("/plain"));
        Assert.Equal(HttpStatusCode.NotFound, (await managed.GetAsync("/served")).StatusCode);
        using var forged = new HttpRequestMessage(HttpMethod.Get, "/managed") { Headers = { Host = $"127.0.0.1:{_host.ManagementPort}" } };
        Assert.Equal(HttpStatusCode.NotFound, (await served.SendAsync(forged)).StatusCode);
    }
}
