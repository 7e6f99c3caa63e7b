namespace Chat.Server.Backplane.Scaleout;

/// <summary>Joining and leaving groups, for connections of this node and, by asking round, of others.</summary>
internal sealed class GroupChanges(
    IBackplane bus, BackplaneNode node, HubChannels channels, ConnectionIndex groups, RemoteCommands remote, TimeSpan limit, TimeProvider time)
{
    private long _last;

    public async Task ChangeAsync(LocalConnection? local, string connectionId, string group, bool join, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(group);
        if (local is not null)
        {
            await SettledAsync(Apply(local, group, join), cancellationToken);
            return;
        }

        var command = $"{node.Name}-group-{Interlocked.Increment(ref _last)}";
        var envelope = HubEnvelopeFormat.Write(new HubEnvelope.ChangeGroup(command, node.Name, connectionId, group, join));
        var sent = false;
        var there = await remote.AskAsync(command, () => sent = bus.Publish(channels.Direct, envelope), cancellationToken);

        // With nobody to ask the connection is nowhere, and there is nothing to do. But where others may have it the
        // caller must not believe that somebody joined or, worse, left.
        if (!there && (sent || bus.Status.Degraded))
        {
            throw new IOException($"Connection '{connectionId}' is not on this node, and no other node has confirmed the change.");
        }
    }

    public void OnChange(HubEnvelope.ChangeGroup change, LocalConnection connection) =>
        _ = ConfirmAsync(Apply(connection, change.Group, change.Join), change);

    private Task Apply(LocalConnection connection, string group, bool join)
    {
        var ready = Task.CompletedTask;
        if (join)
        {
            connection.TryJoin(group, () => ready = groups.Add(group, connection));
        }
        else
        {
            connection.Leave(group, () => groups.Remove(group, connection));
        }

        return ready;
    }

    private async Task ConfirmAsync(Task ready, HubEnvelope.ChangeGroup change)
    {
        // Who asked may send to the group as soon as this is confirmed.
        await SettledAsync(ready, CancellationToken.None);
        bus.Publish(channels.Node(change.ReplyTo), HubEnvelopeFormat.Write(new HubEnvelope.Here(change.Command)));
    }

    /// <summary>Until other nodes' sends to the group arrive here; not for long, for the local part of the group works already.</summary>
    private async Task SettledAsync(Task ready, CancellationToken cancellationToken)
    {
        try
        {
            await ready.WaitAsync(limit, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // Redis does not answer. The subscription is made as soon as it does.
        }
    }
}
