using System.Text;
using Chat.Contracts;
using Chat.Server.Delivery.Nodes;
using Chat.Server.Storage;

namespace Chat.Tests.Delivery.Nodes;

public sealed class HintFormatTests
{
    private static readonly LogEvent Full = new()
    {
        Conversation = "c_ü",
        Epoch = 3,
        Seq = 1L << 40,
        Id = "id",
        Type = "text",
        Sender = "älice",
        At = 1_700_000_000_123,
        Body = Encoding.UTF8.GetBytes("""{"text":"ü"}"""),
        Ref = "other",
        ExpiresAt = 1_700_000_100_000,
        TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    };

    private static List<LogEvent> Read(IEnumerable<LogEvent> events, Func<string, bool> wanted) =>
        [.. HintFormat.Write(events).Select(m => m.Message.ToArray()).SelectMany(m => ((Hint.Committed)HintFormat.Read(m, wanted, out _)!).Events)];

    private static string Text(LogEvent e) =>
        $"{e.Conversation} {e.Epoch} {e.Seq} {e.Id} {e.Type} {e.Sender} {e.At} {Encoding.UTF8.GetString(e.Body.Span)} {e.Ref} {e.ExpiresAt} {e.TraceParent}";

    [Fact]
    public void Committed_WrittenAndRead_IsTheSame()
    {
        LogEvent[] events = [Full, LogEvents.At(1), LogEvents.At(2, body: ""), Full];
        Assert.Equal(events.Select(Text), Read(events, _ => true).Select(Text));
    }

    [Fact]
    public void Committed_OfConversationsNotFollowed_IsLeftOutButForMembership()
    {
        LogEvent[] events = [LogEvents.At(1), Full, LogEvents.At(2, type: EventTypes.Member), LogEvents.At(3)];
        Assert.Equal([Text(Full), Text(events[2])], Read(events, c => c == Full.Conversation).Select(Text));
    }

    [Fact]
    public void Committed_Large_IsSpreadOverMessagesInOrder()
    {
        var events = Enumerable.Range(1, 20).Select(n => LogEvents.At(n, body: $"\"{new string('x', 32_000)}\"")).ToList();
        var messages = HintFormat.Write(events).Select(m => (Size: m.Message.Length, m.Events)).ToList();
        Assert.InRange(messages.Count, 2, 20);
        Assert.Equal(20, messages.Sum(m => m.Events));
        Assert.All(messages, m => Assert.InRange(m.Size, 1, 100_000));
        Assert.Equal(events.Select(Text), Read(events, _ => true).Select(Text));
    }

    [Fact]
    public void Created_WithManyMembers_NamesThemAll()
    {
        var members = Enumerable.Range(0, 5_000).Select(n => $"user-{n}-{new string('x', 100)}").ToList();
        var hints = HintFormat.Write("c", members).Select(m => Assert.IsType<Hint.Created>(HintFormat.Read(m, _ => true, out _))).ToList();
        Assert.InRange(hints.Count, 2, 20);
        Assert.Equal(members, hints.SelectMany(h => h.Members));
        Assert.All(hints, h => Assert.Equal("c", h.Conversation));
    }

    [Fact]
    public void Read_WhatIsCutOrForeign_IsNull()
    {
        var whole = HintFormat.Write([Full]).Single().Message.ToArray();
        for (var length = 0; length < whole.Length; length++)
        {
            // Cut behind the kind there is a message without events, which is one.
            Assert.Equal(length == 1, HintFormat.Read(whole[..length], _ => true, out _) is not null);
        }

        Assert.Null(HintFormat.Read(new byte[] { 200, 1, 2, 3 }, _ => true, out _));
        Assert.Null(HintFormat.Read(new byte[] { 1, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255 }, _ => true, out _));
    }
}
