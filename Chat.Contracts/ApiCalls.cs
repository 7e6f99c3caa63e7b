using System.Text.Json;
using System.Text.Json.Serialization;

namespace Chat.Contracts;

/// <summary>Publishes one event to several topics (HTTP API). Answer: <see cref="BroadcastResult"/>.</summary>
/// <param name="Id">The caller's id: 1–48 characters. In each topic the event's id is this one, a dot, and a mark of the topic.</param>
/// <param name="Topics">1–100 topics.</param>
/// <param name="Type">The application's type, not beginning with <c>$</c>.</param>
/// <param name="Body">Any JSON up to 32 KB.</param>
/// <param name="ExpiresIn">Seconds until the body is blanked.</param>
public sealed record BroadcastRequest(string? Id, IReadOnlyList<string>? Topics, string? Type, JsonElement Body, double? ExpiresIn = null);

/// <summary>Answer to a broadcast: <c>ok</c> when every topic has the event. Else <c>error</c> is one that may pass, if there is one; the same call
/// with the same id brings it to the rest.</summary>
public sealed record BroadcastResult : Result
{
    /// <summary>One per topic, in order.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<Receipt>? Receipts { get; init; }
}

/// <summary>Asks for the members of a conversation (HTTP API). Answer: <see cref="MembersResult"/>.</summary>
public sealed record MembersRequest(string? Conversation);

/// <summary>Answer to a request for members.</summary>
public sealed record MembersResult : Result
{
    /// <summary>Owners first, then by standing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<Member>? Members { get; init; }
}
