using System.Text.Json;
using Chat.Contracts;
using Chat.Server.Workers.Ports;

namespace Chat.Server.Management.Nodes;

/// <summary>A question to the workers of other nodes, as a worker is asked to put it to them.</summary>
internal sealed record NodesQuestion(string Name, JsonElement Body);

/// <summary>What they said.</summary>
/// <param name="Answers">Those that came.</param>
/// <param name="Silent">Workers of other nodes that did not answer in time.</param>
/// <param name="OutOfReach">There are, or may be, other nodes, and they could not be asked.</param>
internal sealed record NodesFound(IReadOnlyList<NodeAnswer> Answers, int Silent, bool OutOfReach);

/// <summary>On the bus: to all who are not of the asking node, for its own workers are asked by their supervisor.</summary>
internal sealed record NodeAsk(string Id, string Process, string Group, string Name, JsonElement Body)
{
    public const string Channel = "manage:ask";
}

/// <summary>On the bus: back to who asked.</summary>
/// <param name="Id">Of the question.</param>
/// <param name="Process">Who answers, as presence names it.</param>
/// <param name="Worker">The same for people: <c>w1@host</c>.</param>
/// <param name="Answer">What its own supervisor would have got.</param>
internal sealed record NodeAnswer(string Id, string Process, string Worker, WorkerAnswer Answer)
{
    public static string ChannelOf(string process) => $"manage:answer:{process}";
}

internal static class NodeMessage
{
    public static byte[] Write<T>(T message) => JsonSerializer.SerializeToUtf8Bytes(message, ChatJson.Options);

    /// <summary>Null for what this release can't read.</summary>
    public static T? Read<T>(ReadOnlyMemory<byte> bytes)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(bytes.Span, ChatJson.Options);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
