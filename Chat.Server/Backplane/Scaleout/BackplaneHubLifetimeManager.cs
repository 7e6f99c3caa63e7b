using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.Options;

namespace Chat.Server.Backplane.Scaleout;

/// <summary>
/// SignalR's own sends, groups and client results across nodes. Local connections are served first, at once and also
/// without the bus; a send to many waits for none of them; connecting touches nothing but memory.
/// </summary>
internal sealed class BackplaneHubLifetimeManager<THub> : HubLifetimeManager<THub>, IDisposable
    where THub : Hub
{
    private readonly HubChannels _channels = new(typeof(THub).FullName ?? typeof(THub).Name);
    private readonly LocalConnections _connections;
    private readonly HubProtocols _protocols;
    private readonly IBackplane _bus;
    private readonly BackplaneMetrics _metrics;
    private readonly ScaleoutOptions _options;
    private readonly GroupChanges _groupChanges;
    private readonly ClientCalls _calls;
    private readonly ILogger _logger;
    private readonly HubReceiver _receiver;

    public BackplaneHubLifetimeManager(
        IBackplane bus,
        BackplaneNode node,
        IHubProtocolResolver protocols,
        IOptions<HubOptions> forAllHubs,
        IOptions<HubOptions<THub>> forThisHub,
        IOptions<ScaleoutOptions> options,
        BackplaneMetrics metrics,
        TimeProvider time,
        ILogger<BackplaneHubLifetimeManager<THub>> logger)
    {
        _bus = bus;
        _protocols = new HubProtocols(protocols, forThisHub.Value.SupportedProtocols ?? forAllHubs.Value.SupportedProtocols);
        _metrics = metrics;
        _options = options.Value;
        _logger = logger;
        _connections = new LocalConnections(
            user => bus.Subscribe(_channels.User(user), (_, payload) => OnFanout(payload, _connections!.Users.Find(user))),
            group => bus.Subscribe(_channels.Group(group), (_, payload) => OnFanout(payload, _connections!.Groups.Find(group))));
        var remote = new RemoteCommands(_options.AckTimeout, time);
        _groupChanges = new GroupChanges(bus, node, _channels, _connections.Groups, remote, _options.AckTimeout, time);
        _calls = new ClientCalls(bus, node, _channels, _protocols, remote, _options.ClientResultTimeout, time);
        _receiver = new HubReceiver(bus, node, _channels, _connections, _groupChanges, _calls, remote, metrics);
    }

    public override Task OnConnectedAsync(HubConnectionContext connection)
    {
        // The hub's methods reach the raw connection by it.
        connection.Features.Set(connection);
        var local = new LocalConnection(connection, _options.MaxPendingWrites, _metrics, _logger);
        _connections.Add(local);
        // Sooner than the disconnect, which waits for the hub's methods and so perhaps for the very result.
        connection.ConnectionAborted.UnsafeRegister(_ => _calls.Disconnected(local), null);
        return Task.CompletedTask;
    }

    public override Task OnDisconnectedAsync(HubConnectionContext connection)
    {
        if (_connections.Remove(connection) is { } local)
        {
            _calls.Disconnected(local);
        }

        return Task.CompletedTask;
    }

    public override Task SendAllAsync(string methodName, object?[] args, CancellationToken cancellationToken = default) =>
        SendAllExceptAsync(methodName, args, [], cancellationToken);

    public override Task SendAllExceptAsync(
        string methodName, object?[] args, IReadOnlyList<string> excludedConnectionIds, CancellationToken cancellationToken = default)
    {
        var fanout = Prepare(methodName, args, excludedConnectionIds, cancellationToken);
        Fanouts.Post(fanout, _connections.Everyone);
        _bus.Publish(_channels.Everyone, HubEnvelopeFormat.Write(fanout));
        return Task.CompletedTask;
    }

    public override Task SendConnectionAsync(
        string connectionId, string methodName, object?[] args, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(connectionId);
        // Waits for this one connection, so that a hub that streams to a client feels how fast the client is.
        return _connections.Find(connectionId) is { } local
            ? local.Context.WriteAsync(new InvocationMessage(methodName, args), cancellationToken).AsTask()
            : SendConnectionsAsync([connectionId], methodName, args, cancellationToken);
    }

    public override Task SendConnectionsAsync(
        IReadOnlyList<string> connectionIds, string methodName, object?[] args, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(connectionIds);
        var fanout = Prepare(methodName, args, [], cancellationToken);
        var message = new SerializedHubMessage(fanout.Messages);
        var elsewhere = new List<string>();
        foreach (var connectionId in connectionIds)
        {
            if (_connections.Find(connectionId) is { } local)
            {
                local.Post(message);
            }
            else
            {
                elsewhere.Add(connectionId);
            }
        }

        if (elsewhere.Count > 0)
        {
            _bus.Publish(_channels.Direct, HubEnvelopeFormat.Write(new HubEnvelope.Deliver(elsewhere, fanout.Messages)));
        }

        return Task.CompletedTask;
    }

    public override Task SendGroupAsync(string groupName, string methodName, object?[] args, CancellationToken cancellationToken = default) =>
        SendGroupExceptAsync(groupName, methodName, args, [], cancellationToken);

    public override Task SendGroupExceptAsync(
        string groupName, string methodName, object?[] args, IReadOnlyList<string> excludedConnectionIds, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(groupName);
        return SendNamed(_connections.Groups, _channels.Group, [groupName], Prepare(methodName, args, excludedConnectionIds, cancellationToken));
    }

    public override Task SendGroupsAsync(
        IReadOnlyList<string> groupNames, string methodName, object?[] args, CancellationToken cancellationToken = default) =>
        SendNamed(_connections.Groups, _channels.Group, groupNames, Prepare(methodName, args, [], cancellationToken));

    public override Task SendUserAsync(string userId, string methodName, object?[] args, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(userId);
        return SendNamed(_connections.Users, _channels.User, [userId], Prepare(methodName, args, [], cancellationToken));
    }

    public override Task SendUsersAsync(
        IReadOnlyList<string> userIds, string methodName, object?[] args, CancellationToken cancellationToken = default) =>
        SendNamed(_connections.Users, _channels.User, userIds, Prepare(methodName, args, [], cancellationToken));

    public override Task AddToGroupAsync(string connectionId, string groupName, CancellationToken cancellationToken = default) =>
        _groupChanges.ChangeAsync(Find(connectionId), connectionId, groupName, join: true, cancellationToken);

    public override Task RemoveFromGroupAsync(string connectionId, string groupName, CancellationToken cancellationToken = default) =>
        _groupChanges.ChangeAsync(Find(connectionId), connectionId, groupName, join: false, cancellationToken);

    public override Task<T> InvokeConnectionAsync<T>(
        string connectionId, string methodName, object?[] args, CancellationToken cancellationToken) =>
        _calls.InvokeAsync<T>(Find(connectionId), connectionId, methodName, args, cancellationToken);

    public override Task SetConnectionResultAsync(string connectionId, CompletionMessage result)
    {
        _calls.SetResult(connectionId, result);
        return Task.CompletedTask;
    }

    public override bool TryGetReturnType(string invocationId, [NotNullWhen(true)] out Type? type) => _calls.TryGetType(invocationId, out type);

    public void Dispose() => _receiver.Dispose();

    private LocalConnection? Find(string connectionId)
    {
        ArgumentNullException.ThrowIfNull(connectionId);
        return _connections.Find(connectionId);
    }

    private HubEnvelope.Fanout Prepare(string methodName, object?[] args, IReadOnlyList<string>? excluded, CancellationToken cancellationToken)
    {
        // Up to here a send can be called off; from here on it is on its way to all.
        cancellationToken.ThrowIfCancellationRequested();
        return new HubEnvelope.Fanout(excluded ?? [], _protocols.Serialize(new InvocationMessage(methodName, args)));
    }

    private Task SendNamed(ConnectionIndex index, Func<string, string> channel, IReadOnlyList<string> names, HubEnvelope.Fanout fanout)
    {
        ArgumentNullException.ThrowIfNull(names);
        foreach (var name in names)
        {
            Fanouts.Post(fanout, index.Find(name));
        }

        var envelope = HubEnvelopeFormat.Write(fanout);
        foreach (var name in names)
        {
            _bus.Publish(channel(name), envelope);
        }

        return Task.CompletedTask;
    }

    private void OnFanout(ReadOnlyMemory<byte> payload, ReadOnlySpan<LocalConnection> connections)
    {
        if (!Fanouts.TryPost(payload, connections))
        {
            _metrics.Lost(HintLoss.Unreadable);
        }
    }
}
