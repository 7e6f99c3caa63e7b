using System.Buffers;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace Chat.Server.Backplane.Scaleout;

/// <summary>The protocols that connections of a hub may speak.</summary>
internal sealed class HubProtocols(IHubProtocolResolver resolver, IList<string>? names)
{
    private readonly IHubProtocol[] _supported =
        [.. resolver.AllProtocols.Where(protocol => names is null || names.Contains(protocol.Name, StringComparer.OrdinalIgnoreCase))];

    /// <summary>Once for every protocol, however many connections and nodes get it.</summary>
    public IReadOnlyList<SerializedMessage> Serialize(HubMessage message) =>
        Array.ConvertAll(_supported, protocol => new SerializedMessage(protocol.Name, protocol.GetMessageBytes(message)));

    /// <summary>Null when it can't be read: the protocol is not spoken here.</summary>
    public CompletionMessage? Parse(SerializedMessage completion, IInvocationBinder binder)
    {
        var bytes = new ReadOnlySequence<byte>(completion.Serialized);
        return resolver.GetProtocol(completion.ProtocolName, null) is { } protocol && protocol.TryParseMessage(ref bytes, binder, out var message)
            ? message as CompletionMessage
            : null;
    }
}
