using System.Text;
using Chat.Server.Storage;

namespace Chat.Tests.Delivery;

/// <summary>Events as storage would hand them over.</summary>
internal static class LogEvents
{
    public static LogEvent At(long seq, string sender = "alice", string type = "text", string body = "{}") => new()
    {
        Conversation = "c",
        Epoch = 1,
        Seq = seq,
        Id = $"id-{seq}",
        Type = type,
        Sender = sender,
        At = 1_700_000_000_000,
        Body = Encoding.UTF8.GetBytes(body),
    };

    /// <summary>Consecutive events, both ends included.</summary>
    public static ArraySegment<LogEvent> Run(long first, long last) =>
        new([.. Enumerable.Range(0, (int)(last - first + 1)).Select(i => At(first + i))]);
}
