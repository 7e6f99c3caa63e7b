using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text;
using Chat.Server.Workers;
using Chat.Server.Workers.Listening;
using Chat.Server.Workers.Ports;
using Chat.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Chat.Tests.Workers;

/// <summary>One process on a real port with a hub that has no features: what the middleware and the draining do to any hub.</summary>
internal sealed class SingleHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private SingleHost(WebApplication app, int port, int managementPort)
    {
        _app = app;
        Port = port;
        ManagementPort = managementPort;
    }

    public int Port { get; }

    public int ManagementPort { get; }

    public HeldStep Step => _app.Services.GetRequiredService<HeldStep>();

    public IWorkersMonitor Monitor => _app.Services.GetRequiredService<IWorkersMonitor>();

    /// <summary>The queries with which connections reached the hub.</summary>
    public ConcurrentQueue<string> Queries => _app.Services.GetRequiredService<Seen>().Queries;

    public static async Task<SingleHost> StartAsync(bool stateless = true, int? maxConnections = null)
    {
        var (port, managementPort) = (FreePort.Next(), FreePort.Next());
        string[] args =
        [
            "--Workers:Count=0",
            $"--Workers:StatelessNegotiation={stateless}",
            $"--Workers:MaxConnections={maxConnections}",
            $"--urls=http://127.0.0.1:{port}",
            $"--Management:Url=http://127.0.0.1:{managementPort}",
        ];
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = TestRun.Root });
        builder.Logging.ClearProviders();
        builder.AddWorkers(args);
        builder.Services.AddSingleton<Seen>();
        builder.Services.AddSingleton<HeldStep>();
        builder.Services.AddSingleton<IDrainStep>(services => services.GetRequiredService<HeldStep>());
        builder.Services.AddSignalR();
        var app = builder.Build();
        app.Use((context, next) =>
        {
            // Stands in for authorization, which runs before ours: what it refuses must stay refused.
            if (context.Request.Headers.ContainsKey("X-Refused"))
            {
                context.Response.StatusCode = StatusCodes.Status401Unauthorized;
                return Task.CompletedTask;
            }

            return next(context);
        });
        app.UseWorkers();
        app.MapHub<EchoHub>("/hub");
        app.MapGet("/plain", () => "plain");
        app.MapGet("/managed", () => "managed").OnManagementPort();
        app.MapGet("/served", () => "served").OnPublicPort();
        await app.StartAsync();
        return new(app, port, managementPort);
    }

    /// <summary>With one kept-open connection, as a browser has it.</summary>
    public HttpClient NewClient(int? port = null) =>
        new(new SocketsHttpHandler { MaxConnectionsPerServer = 1 }) { BaseAddress = new($"http://127.0.0.1:{port ?? Port}"), Timeout = Eventually.Patience };

    public async Task<ClientWebSocket> ConnectAsync(string query)
    {
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(new($"ws://127.0.0.1:{Port}/hub{query}"), CancellationToken.None);
        await SendAsync(socket, """{"protocol":"json","version":1}""");
        Assert.Equal("{}", await ReceiveAsync(socket));
        return socket;
    }

    public static async Task<string> EchoAsync(ClientWebSocket socket, string text)
    {
        await SendAsync(socket, $$"""{"type":1,"invocationId":"1","target":"Echo","arguments":["{{text}}"]}""");
        return await ReceiveAsync(socket);
    }

    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Step.Release();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private static Task SendAsync(ClientWebSocket socket, string message) =>
        socket.SendAsync(Encoding.UTF8.GetBytes($"{message}\u001e"), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);

    private static async Task<string> ReceiveAsync(ClientWebSocket socket)
    {
        var buffer = new byte[4096];
        using var limit = new CancellationTokenSource(Eventually.Patience);
        var result = await socket.ReceiveAsync(buffer.AsMemory(), limit.Token);
        return Encoding.UTF8.GetString(buffer, 0, result.Count).Split('\u001e')[0];
    }

    internal sealed class Seen
    {
        public ConcurrentQueue<string> Queries { get; } = new();
    }

    /// <summary>Draining lasts until the test lets it go.</summary>
    internal sealed class HeldStep : IDrainStep
    {
        private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Entered => _entered.Task.WaitAsync(Eventually.Patience);

        public Task DrainAsync(DrainContext context, CancellationToken cancellationToken)
        {
            _entered.TrySetResult();
            return _released.Task.WaitAsync(cancellationToken);
        }

        public void Release() => _released.TrySetResult();
    }

    private sealed class EchoHub(Seen seen) : Hub
    {
        public override Task OnConnectedAsync()
        {
            seen.Queries.Enqueue(Context.GetHttpContext()!.Request.QueryString.Value!);
            return Task.CompletedTask;
        }

        public string Echo(string text) => text;
    }
}
