using System.Text;
using System.Text.Json;

namespace Chat.Bench.Wire;

/// <summary>
/// A <c>Send</c> invocation of one connection to one conversation, framed once; only the message's number changes, in the
/// invocation id and in the message id. Not safe for two threads at once.
/// </summary>
internal sealed class SendTemplate
{
    private readonly byte[] _frame;
    private readonly int _invocationAt;
    private readonly int _numberAt;

    public SendTemplate(uint run, uint connection, string conversation, int textLength)
    {
        Span<byte> id = stackalloc byte[MessageId.Length];
        MessageId.Write(id, run, connection, 0);

        var item = Item(Encoding.ASCII.GetString(id), conversation, textLength);
        var json = Encoding.UTF8.GetBytes($"{{\"type\":1,\"invocationId\":\"00000000\",\"target\":\"Send\",\"arguments\":[{item}]}}\u001e");
        _frame = WebSocketText.Frame(json, out var payload);
        _invocationAt = payload + json.AsSpan().IndexOf("00000000\",\"target\""u8);
        _numberAt = payload + json.AsSpan().IndexOf(id) + (2 * MessageId.NumberLength);
    }

    /// <summary>The JSON of one message, alone or as an item of a batch.</summary>
    public static string Item(string id, string conversation, int textLength) =>
        $"{{\"id\":\"{id}\",\"conversation\":{JsonSerializer.Serialize(conversation)},\"type\":\"text\",\"body\":{{\"text\":\"{new string('x', textLength)}\"}}}}";

    /// <summary>The frame that sends message <paramref name="number"/>; overwritten by the next call.</summary>
    public ReadOnlySpan<byte> For(uint number)
    {
        MessageId.WriteNumber(_frame.AsSpan(_invocationAt), number);
        MessageId.WriteNumber(_frame.AsSpan(_numberAt), number);
        return _frame;
    }
}
