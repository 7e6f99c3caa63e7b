using Chat.Server;
using Chat.Server.Access;
using Chat.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Chat.Tests.Hubs.Wire;

/// <summary>The whole server in this process, on Kestrel and SQLite, in Development unless told otherwise.</summary>
internal sealed class InProcessServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly List<WireClient> _clients = [];

    private InProcessServer(WebApplication app, Uri address, Uri management, string folder) =>
        (_app, Address, ManagementAddress, Folder) = (app, address, management, folder);

    public Uri Address { get; }

    /// <summary>Where the management API listens.</summary>
    public Uri ManagementAddress { get; }

    /// <summary>Where its data lies.</summary>
    public string Folder { get; }

    public IServiceProvider Services => _app.Services;

    public HttpClient Http { get; private set; } = null!;

    /// <param name="settings"><c>Section:Key=value</c>.</param>
    public static Task<InProcessServer> StartAsync(params string[] settings) => StartAsync(null, settings);

    public static async Task<InProcessServer> StartAsync(Action<WebApplicationBuilder>? configure, params string[] settings)
    {
        var folder = TestRun.NewFolder("server");
        var address = new Uri($"http://127.0.0.1:{FreePort.Next()}");
        var management = new Uri($"http://127.0.0.1:{FreePort.Next()}");
        string[] args =
        [
            "--environment=Development",
            "--Workers:Count=0",
            $"--urls={address}",
            $"--Management:Url={management}",
            $"--Management:AuditFolder={Path.Combine(folder, "audit")}",
            $"--Management:SettingsFile={Path.Combine(folder, "settings.json")}",
            $"--ConnectionStrings:Chat=Data Source={Path.Combine(folder, "chat.db")}",
            $"--Realtime:SpoolFolder={Path.Combine(folder, "spool")}",
            "--Logging:LogLevel:Default=Warning",
            .. settings.Select(s => $"--{s}"),
        ];
        var app = Program.Build(args, builder =>
        {
            builder.Logging.ClearProviders();
            configure?.Invoke(builder);
        });
        await app.StartAsync();
        return new InProcessServer(app, address, management, folder) { Http = new HttpClient { BaseAddress = address } };
    }

    public string Token(string user, TimeSpan? lifetime = null) => Services.GetRequiredService<TokenIssuer>().Issue(user, lifetime)!;

    /// <summary>Connects a user; events and notices are gathered, nothing is acknowledged by itself.</summary>
    public async Task<WireClient> ConnectAsync(string user, string? device = null)
    {
        var client = await WireClient.ConnectAsync(Address, Token(user), device);
        _clients.Add(client);
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
        {
            await client.DisposeAsync();
        }

        Http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
