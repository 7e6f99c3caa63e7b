using Microsoft.AspNetCore.SignalR;

namespace Chat.Server.Backplane.Scaleout;

/// <summary>One message to many connections of this node, waiting for none of them.</summary>
internal static class Fanouts
{
    public static void Post(HubEnvelope.Fanout fanout, ReadOnlySpan<LocalConnection> connections)
    {
        if (connections.IsEmpty)
        {
            return;
        }

        var message = new SerializedHubMessage(fanout.Messages);
        var excluded = fanout.Excluded.Count == 0 ? null : fanout.Excluded.ToHashSet(StringComparer.Ordinal);
        foreach (var connection in connections)
        {
            if (excluded is null || !excluded.Contains(connection.Id))
            {
                connection.Post(message);
            }
        }
    }

    /// <summary>The same for a message of another node; false when it can't be read.</summary>
    public static bool TryPost(ReadOnlyMemory<byte> payload, ReadOnlySpan<LocalConnection> connections)
    {
        if (HubEnvelopeFormat.Read(payload) is not HubEnvelope.Fanout fanout)
        {
            return false;
        }

        Post(fanout, connections);
        return true;
    }
}
