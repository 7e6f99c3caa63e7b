using System.Text.Json;
using System.Text.Json.Serialization;

namespace Chat.Tests.Faults.Checker;

/// <summary>What happened.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<HistoryOp>))]
internal enum HistoryOp
{
    /// <summary>A client sent; the answer has the same <c>call</c>.</summary>
    [JsonStringEnumMemberName("send")] Send,

    /// <summary>The server accepted.</summary>
    [JsonStringEnumMemberName("ack")] Ack,

    /// <summary>The server refused, with a code.</summary>
    [JsonStringEnumMemberName("nack")] Nack,

    /// <summary>No answer; <c>code</c> is <see cref="HistoryEvent.ConnectionLost"/> when none could come any more.</summary>
    [JsonStringEnumMemberName("timeout")] Timeout,

    /// <summary>An event was handed to the application.</summary>
    [JsonStringEnumMemberName("recv")] Recv,

    /// <summary>An event arrived on the wire.</summary>
    [JsonStringEnumMemberName("wire")] Wire,

    /// <summary>An event arrived on the wire, marked as a repeat.</summary>
    [JsonStringEnumMemberName("replay")] Replay,

    /// <summary>The user is entitled from <c>seq</c> on (with a device: that device).</summary>
    [JsonStringEnumMemberName("join")] Join,

    /// <summary>The user is entitled to what lies before <c>seq</c>, and may have got the leaving itself.</summary>
    [JsonStringEnumMemberName("leave")] Leave,

    /// <summary>A connection opened.</summary>
    [JsonStringEnumMemberName("conn")] Conn,

    /// <summary>A connection ended.</summary>
    [JsonStringEnumMemberName("disc")] Disc,

    /// <summary>The server told the device that <c>seq</c> to <c>to</c> will not come (reset, truncated, skipped).</summary>
    [JsonStringEnumMemberName("gap")] Gap,

    /// <summary>The test did something to the system.</summary>
    [JsonStringEnumMemberName("fault")] Fault,
}

/// <summary>One line of a history.</summary>
internal sealed record HistoryEvent
{
    /// <summary><see cref="Code"/> of a timeout whose connection ended before the answer.</summary>
    public const string ConnectionLost = "connection_lost";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>Milliseconds of the recorder's monotonic clock.</summary>
    public double T { get; init; }

    /// <summary>Process that recorded it.</summary>
    public string? Proc { get; init; }

    public required HistoryOp Op { get; init; }

    public string? User { get; init; }

    public string? Device { get; init; }

    /// <summary>Connection, as the test names it.</summary>
    public string? Conn { get; init; }

    public string? Conv { get; init; }

    /// <summary>The sender's id of the message.</summary>
    public string? ClientMsgId { get; init; }

    /// <summary>The server's name of a stored event: conversation, epoch and seq.</summary>
    public string? ServerId { get; init; }

    public long? Seq { get; init; }

    public long? Epoch { get; init; }

    public string? Sender { get; init; }

    /// <summary>The event's type; <c>$member</c> events are the server's own.</summary>
    public string? Type { get; init; }

    /// <summary>Hash of the body, when bodies are to be compared.</summary>
    public string? Body { get; init; }

    /// <summary>Ties an answer to its send.</summary>
    public long? Call { get; init; }

    /// <summary>Of an ack.</summary>
    public string? Status { get; init; }

    /// <summary>Of a nack or a timeout.</summary>
    public string? Code { get; init; }

    /// <summary>Of a nack: the same call may succeed later.</summary>
    public bool? Retryable { get; init; }

    /// <summary>Last seq of a gap.</summary>
    public long? To { get; init; }

    public string? Note { get; init; }

    public static HistoryEvent Parse(string line) =>
        JsonSerializer.Deserialize<HistoryEvent>(line, Json) ?? throw new FormatException($"Not an event: {line}");

    public string ToJson() => JsonSerializer.Serialize(this, Json);
}
