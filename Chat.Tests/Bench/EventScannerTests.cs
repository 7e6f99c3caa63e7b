using System.Text;
using System.Text.Json;
using Chat.Bench.Wire;
using Chat.Contracts;

namespace Chat.Tests.Bench;

public class EventScannerTests
{
    [Fact]
    public void MoveNext_EventsAsTheServerWritesThem_FindsEachOnesFields()
    {
        var record = Record([Event("a", 7, "id-7"), Event("b", 1, "id-1") with { Ref = "id-7", Attempt = 2 }]);

        Assert.True(EventScanner.IsEvents(record));
        Assert.True(EventScanner.HasRepeat(record));
        Assert.Equal([("a", 7, "id-7"), ("b", 1, "id-1")], Scan(record));
    }

    [Fact]
    public void MoveNext_FieldsInAnotherOrder_FindsTheSame()
    {
        var record = """{"type":1,"target":"Events","arguments":[[{"id":"i","seq":3,"type":"t","conversation":"c","body":null}]]}"""u8;

        Assert.Equal([("c", 3, "i")], Scan(record.ToArray()));
    }

    [Fact]
    public void MoveNext_NoEvents_FindsNothing() => Assert.Empty(Scan(Record([])));

    [Fact]
    public void MessageId_WrittenAndRead_IsTheSame()
    {
        var id = new byte[MessageId.Length];
        MessageId.Write(id, 0xDEADBEEF, 12, 345_678);

        Assert.True(MessageId.TryRead(id, 0xDEADBEEF, out var connection, out var number));
        Assert.Equal((12u, 345_678u), (connection, number));
        Assert.False(MessageId.TryRead(id, 1, out _, out _));
        Assert.False(MessageId.TryRead("call-1"u8, 1, out _, out _));
    }

    [Fact]
    public void SendTemplate_PatchedForAMessage_IsAValidInvocationOfIt()
    {
        var template = new SendTemplate(run: 5, connection: 6, conversation: "c\"1", textLength: 10);
        var frame = template.For(0xABC).ToArray();

        // Header of a masked frame with 16-bit length is 8 bytes; the mask is zero and the record separator ends it.
        var json = JsonDocument.Parse(frame.AsMemory(8, frame.Length - 9)).RootElement;
        var request = json.GetProperty("arguments")[0].Deserialize<SendRequest>(ChatJson.Options)!;
        var id = new byte[MessageId.Length];
        MessageId.Write(id, 5, 6, 0xABC);
        Assert.Equal("00000abc", json.GetProperty("invocationId").GetString());
        Assert.Equal((Encoding.ASCII.GetString(id), "c\"1", "text"), (request.Id, request.Conversation, request.Type));
        Assert.Equal(WebSocketText.RecordSeparator, frame[^1]);
    }

    private static List<(string Conversation, long Seq, string Id)> Scan(byte[] record)
    {
        var found = new List<(string, long, string)>();
        var events = new EventScanner(record);
        while (events.MoveNext())
        {
            found.Add((Encoding.UTF8.GetString(events.Conversation), events.Seq, Encoding.UTF8.GetString(events.Id)));
        }

        return found;
    }

    private static ChatEvent Event(string conversation, long seq, string id) => new()
    {
        Conversation = conversation,
        Epoch = 1,
        Seq = seq,
        Id = id,
        Type = "text",
        Sender = "alice",
        Body = JsonSerializer.SerializeToElement(new { text = "hello" }),
    };

    private static byte[] Record(ChatEvent[] events) =>
        Encoding.UTF8.GetBytes($"{{\"type\":1,\"target\":\"Events\",\"arguments\":[{JsonSerializer.Serialize(events, ChatJson.Options)}]}}");
}
