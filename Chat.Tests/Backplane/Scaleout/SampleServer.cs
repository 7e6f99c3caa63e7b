using Chat.Server.Backplane;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Tests.Backplane.Scaleout;

/// <summary>An application that knows nothing of chat and has one line more than stock SignalR.</summary>
internal sealed class SampleServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private SampleServer(WebApplication app) => _app = app;

    public IBackplane Bus => _app.Services.GetRequiredService<IBackplane>();

    public static async Task<SampleServer> StartAsync(string? redis)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Configuration.AddInMemoryCollection([KeyValuePair.Create("ConnectionStrings:Redis", redis)]);
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRouting();
        builder.Services.AddSingleton<IUserIdProvider, UserFromQuery>();
        builder.Services.AddSignalR(hub => hub.MaximumParallelInvocationsPerClient = 2).AddResilientRedis();
        var app = builder.Build();
        app.UseRouting();
        app.MapHub<SampleHub>("/sample", options => options.Transports = HttpTransportType.WebSockets);
        await app.StartAsync();
        return new SampleServer(app);
    }

    public async Task<HubConnection> ConnectAsync(string user)
    {
        var address = new UriBuilder(_app.Urls.Single()) { Path = "/sample", Query = $"user={user}" };
        var connection = new HubConnectionBuilder()
            .WithUrl(address.Uri, HttpTransportType.WebSockets, options => options.SkipNegotiation = true)
            .Build();
        await connection.StartAsync();
        return connection;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private sealed class UserFromQuery : IUserIdProvider
    {
        public string? GetUserId(HubConnectionContext connection) => connection.GetHttpContext()?.Request.Query["user"];
    }
}

public sealed class SampleHub : Hub
{
    public string Me() => Context.ConnectionId;

    public bool HasRawConnection() => Context.Features.Get<HubConnectionContext>()?.ConnectionId == Context.ConnectionId;

    public Task Join(string connectionId, string group) => Groups.AddToGroupAsync(connectionId, group);

    public Task TellGroup(string group, string text) => Clients.Group(group).SendAsync("Told", text);

    public Task TellUser(string user, string text) => Clients.User(user).SendAsync("Told", text);

    public Task TellAll(string text) => Clients.All.SendAsync("Told", text);

    public Task<int> AskToDouble(string connectionId, int number) =>
        Clients.Client(connectionId).InvokeAsync<int>("Double", number, Context.ConnectionAborted);
}
