using Chat.Server.Backplane;
using Chat.Server.Backplane.Scaleout;
using Chat.Tests.Support;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Chat.Tests.Backplane.Scaleout;

/// <summary>One server's lifetime manager and its bus.</summary>
internal sealed class HubNode : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _owned = [];

    private HubNode(HubLifetimeManager<TestHub> manager, IBackplane bus)
    {
        Manager = manager;
        Bus = bus;
    }

    public HubLifetimeManager<TestHub> Manager { get; }

    public IBackplane Bus { get; }

    public static HubNode Alone() => InProcess(provider => ActivatorUtilities.CreateInstance<NoBackplane>(provider, TimeProvider.System));

    public static HubNode On(LocalBus bus) => InProcess(provider => new LocalBackplane(
        bus, provider.GetRequiredService<BackplaneMetrics>(), TimeProvider.System, NullLogger<SubscriptionTable>.Instance));

    /// <summary>Settings without doubts, for tests that are not about faults.</summary>
    public static Task<HubNode> OnRedisAsync(RedisServer redis) =>
        OnRedisAsync(redis, ("ProbeInterval", "00:00:00.050"), ("SuspectAfter", "00:00:10"));

    public static async Task<HubNode> OnRedisAsync(RedisServer redis, params (string Key, string Value)[] settings)
    {
        var host = await BackplaneHost.StartAsync(redis.ConnectionString, services => services.AddSignalR().AddResilientRedis(), settings);
        var node = new HubNode(host.Services.GetRequiredService<HubLifetimeManager<TestHub>>(), host.Bus);
        node._owned.Add(host);
        return node;
    }

    /// <summary>Ends when the other nodes' messages reach all that is subscribed here.</summary>
    public async Task SettleAsync()
    {
        // Subscriptions are made in order, so the last one is ready when all are.
        using var last = Bus.Subscribe($"settle:{Guid.NewGuid()}", (_, _) => { });
        await last.Ready.WaitAsync(Eventually.Patience);
    }

    public async Task<TestConnection> ConnectAsync(string? user = null)
    {
        var connection = new TestConnection(user);
        await Manager.OnConnectedAsync(connection);
        return connection;
    }

    public async Task<TestConnection> ConnectInGroupAsync(string group)
    {
        var connection = await ConnectAsync();
        await Manager.AddToGroupAsync(connection.Id, group);
        return connection;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var owned in _owned)
        {
            await owned.DisposeAsync();
        }
    }

    private static HubNode InProcess(Func<IServiceProvider, IBackplane> makeBus)
    {
        var services = new ServiceCollection().AddLogging().AddMetrics()
            .AddSingleton(TimeProvider.System).AddSingleton<BackplaneMetrics>().AddSingleton<BackplaneNode>();
        services.AddSignalR();
        services.AddSingleton(makeBus);
        services.AddOptions<ScaleoutOptions>();
        var provider = services.BuildServiceProvider();
        var node = new HubNode(
            ActivatorUtilities.CreateInstance<BackplaneHubLifetimeManager<TestHub>>(provider), provider.GetRequiredService<IBackplane>());
        node._owned.Add(provider);
        return node;
    }
}
