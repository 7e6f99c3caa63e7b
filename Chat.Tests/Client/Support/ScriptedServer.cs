using Chat.Contracts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Chat.Tests.Client.Support;

/// <summary>A real server on a free port that speaks the contract as the test's script says.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private WebApplication? _app;

    public ServerScript Script { get; } = new();

    public Inflow<ServerConnection> Connections { get; } = new("connection");

    /// <summary>Answers the upgrade with this instead of letting it through.</summary>
    public Func<HttpContext, bool> Refuse { get; set; } = _ => false;

    public Uri Url { get; private set; } = new("http://127.0.0.1:0");

    public static async Task<ScriptedServer> StartAsync()
    {
        var server = new ScriptedServer();
        await server.ListenAsync();
        return server;
    }

    public async Task ListenAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(Url.ToString());
        builder.Services.AddSingleton(this);
        builder.Services
            .AddSignalR(o =>
            {
                o.MaximumParallelInvocationsPerClient = 16;
                o.MaximumReceiveMessageSize = 64 * 1024;
            })
            .AddJsonProtocol(o => ChatJson.Apply(o.PayloadSerializerOptions));
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromMilliseconds(100));
        _app = builder.Build();
        _app.Use((context, next) => Refuse(context) ? Task.CompletedTask : next(context));
        _app.MapHub<ScriptedHub>(ChatHubContract.Path);
        await _app.StartAsync();
        Url = new Uri(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
    }

    public async Task OpenAsync(ServerConnection connection)
    {
        await connection.SendAsync(new Notice { Kind = NoticeKinds.Welcome, User = "me", Window = 1000 });
        await Script.Connected(connection);
        Connections.Add(connection);
    }

    public void UseAddress(Uri url) => Url = url;

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            foreach (var connection in Connections.All)
            {
                connection.Abort();
            }

            await _app.DisposeAsync();
        }
    }
}
