using System.Text.Json;
using Chat.Contracts;
using Chat.Tests.Faults.Checker;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Tests.Support.Clients;

/// <summary>SignalR's own .NET client, with nothing of ours around it.</summary>
/// <param name="server">The public port, or a proxy before it.</param>
/// <param name="token">Asked for at each connect; unless given, <see cref="TestTokens"/> makes one.</param>
/// <param name="negotiate">With its default settings, which negotiate first; otherwise it goes straight to a WebSocket.</param>
internal sealed class StockClient(
    Uri server, string user, string? device = null, History? history = null, Func<string>? token = null, bool negotiate = false)
    : TestClient(user, device, history)
{
    private HubConnection? _hub;
    private TaskCompletionSource<string?> _closed = new();

    public override bool IsConnected => _hub?.State == HubConnectionState.Connected;

    public override Task<string?> Closed => _closed.Task;

    /// <summary>The connection under it.</summary>
    public HubConnection Hub => _hub ?? throw new InvalidOperationException("Not connected yet.");

    /// <summary>A connected client.</summary>
    public static async Task<StockClient> ConnectedAsync(Uri server, string user, string? device = null, History? history = null)
    {
        var client = new StockClient(server, user, device, history);
        await client.ConnectAsync();
        return client;
    }

    /// <summary>Whether the user gets a connection now.</summary>
    public static async Task<bool> CanConnectAsync(Uri server, string user)
    {
        await using var client = new StockClient(server, user);
        return await client.ConnectAsync().ContinueWith(t => t.IsCompletedSuccessfully, TaskScheduler.Default);
    }

    public override Task DisconnectAsync() => Hub.StopAsync();

    /// <summary>Invoked, so that it has been taken when this ends: what was only sent is dropped by a client that is stopped right after.</summary>
    public override Task AckAsync(params AckPosition[] positions) => Hub.InvokeAsync("Ack", positions);

    public override async ValueTask DisposeAsync()
    {
        if (_hub is not null)
        {
            await _hub.DisposeAsync();
        }
    }

    protected override async Task OpenAsync()
    {
        if (_hub is not null)
        {
            await _hub.DisposeAsync();
        }

        var closed = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var hub = Build();
        hub.Closed += reason =>
        {
            OnClosed(reason?.Message);
            closed.TrySetResult(reason?.Message);
            return Task.CompletedTask;
        };
        hub.On<ChatEvent[]>(ChatHubContract.EventsMethod, async events =>
        {
            var positions = OnEvents(events);
            if (AutoAck && positions.Count > 0)
            {
                await hub.SendAsync("Ack", positions);
            }
        });
        hub.On<Notice>(ChatHubContract.NoticeMethod, OnNotice);
        (_hub, _closed) = (hub, closed);
        await hub.StartAsync();
        OnConnected();
    }

    protected override Task<JsonElement> InvokeAsync(string method, object request) => Hub.InvokeAsync<JsonElement>(method, request);

    private HubConnection Build()
    {
        var address = new UriBuilder(server) { Path = ChatHubContract.Path };
        if (Device is not null)
        {
            address.Query = $"{ChatHubContract.DeviceQuery}={Uri.EscapeDataString(Device)}";
        }

        var signIn = token ?? (() => TestTokens.For(User));
        var builder = new HubConnectionBuilder();
        builder.WithUrl(address.Uri, options =>
        {
            options.AccessTokenProvider = () => Task.FromResult<string?>(signIn());
            if (!negotiate)
            {
                options.Transports = HttpTransportType.WebSockets;
                options.SkipNegotiation = true;
            }
        });
        builder.Services.Configure<JsonHubProtocolOptions>(json => ChatJson.Apply(json.PayloadSerializerOptions));
        return builder.Build();
    }
}
