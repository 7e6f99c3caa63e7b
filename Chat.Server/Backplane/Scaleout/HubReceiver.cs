using Microsoft.AspNetCore.SignalR;

namespace Chat.Server.Backplane.Scaleout;

/// <summary>What other nodes say to this one about a hub: to everyone, to single connections, and in answer.</summary>
internal sealed class HubReceiver : IDisposable
{
    private readonly LocalConnections _connections;
    private readonly GroupChanges _groupChanges;
    private readonly ClientCalls _calls;
    private readonly RemoteCommands _remote;
    private readonly BackplaneMetrics _metrics;
    private readonly IDisposable[] _subscriptions;

    public HubReceiver(
        IBackplane bus,
        BackplaneNode node,
        HubChannels channels,
        LocalConnections connections,
        GroupChanges groupChanges,
        ClientCalls calls,
        RemoteCommands remote,
        BackplaneMetrics metrics)
    {
        _connections = connections;
        _groupChanges = groupChanges;
        _calls = calls;
        _remote = remote;
        _metrics = metrics;
        _subscriptions =
        [
            bus.Subscribe(channels.Everyone, (_, payload) => Note(Fanouts.TryPost(payload, _connections.Everyone))),
            bus.Subscribe(channels.Direct, (_, payload) => Note(TryDirect(HubEnvelopeFormat.Read(payload)))),
            bus.Subscribe(channels.Node(node.Name), (_, payload) => Note(TryReply(HubEnvelopeFormat.Read(payload)))),
        ];
    }

    public void Dispose()
    {
        foreach (var subscription in _subscriptions)
        {
            subscription.Dispose();
        }
    }

    private void Note(bool understood)
    {
        if (!understood)
        {
            _metrics.Lost(HintLoss.Unreadable);
        }
    }

    /// <summary>Everybody hears it; who has the connection acts.</summary>
    private bool TryDirect(HubEnvelope? envelope)
    {
        switch (envelope)
        {
            case HubEnvelope.Deliver deliver:
                var message = new SerializedHubMessage(deliver.Messages);
                foreach (var connectionId in deliver.Connections)
                {
                    _connections.Find(connectionId)?.Post(message);
                }

                break;
            case HubEnvelope.Ask ask when _connections.Find(ask.Connection) is { } asked:
                _calls.OnAsked(ask, asked);
                break;
            case HubEnvelope.ChangeGroup change when _connections.Find(change.Connection) is { } changed:
                _groupChanges.OnChange(change, changed);
                break;
            case HubEnvelope.Forget forget:
                _calls.OnForget(forget);
                break;
        }

        return envelope is not null;
    }

    private bool TryReply(HubEnvelope? envelope)
    {
        switch (envelope)
        {
            case HubEnvelope.Here here:
                _remote.Confirm(here.Command);
                break;
            case HubEnvelope.Answer answer:
                _calls.OnAnswer(answer);
                break;
        }

        return envelope is not null;
    }
}
