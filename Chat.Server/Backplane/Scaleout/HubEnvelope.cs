using Microsoft.AspNetCore.SignalR;

namespace Chat.Server.Backplane.Scaleout;

/// <summary>What nodes tell each other about a hub.</summary>
internal abstract record HubEnvelope
{
    /// <summary>For all connections that the channel stands for, but these.</summary>
    public sealed record Fanout(IReadOnlyList<string> Excluded, IReadOnlyList<SerializedMessage> Messages) : HubEnvelope;

    /// <summary>For these connections.</summary>
    public sealed record Deliver(IReadOnlyList<string> Connections, IReadOnlyList<SerializedMessage> Messages) : HubEnvelope;

    /// <summary>For this connection, which is to return a result.</summary>
    public sealed record Ask(string Invocation, string ReplyTo, string Connection, IReadOnlyList<SerializedMessage> Messages) : HubEnvelope;

    /// <summary>Nobody waits for this result any more.</summary>
    public sealed record Forget(string Invocation) : HubEnvelope;

    /// <summary>Put this connection into the group, or take it out.</summary>
    public sealed record ChangeGroup(string Command, string ReplyTo, string Connection, string Group, bool Join) : HubEnvelope;

    /// <summary>The connection of this command or invocation is here, and it is done or begun.</summary>
    public sealed record Here(string Command) : HubEnvelope;

    /// <summary>A client's result: a completion message as the client's protocol writes it.</summary>
    public sealed record Answer(string Invocation, SerializedMessage Completion) : HubEnvelope;
}
