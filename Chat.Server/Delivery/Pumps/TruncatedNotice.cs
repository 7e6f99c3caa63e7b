using Chat.Contracts;

namespace Chat.Server.Delivery.Pumps;

internal static class TruncatedNotice
{
    /// <summary>The log does not hold these any more; both ends included.</summary>
    public static Notice Of(string conversation, long from, long to) =>
        new() { Kind = NoticeKinds.Truncated, Conversation = conversation, From = from, To = to };
}
