using Chat.Contracts;
using Chat.Server.Storage.DeadLetters;

namespace Chat.Server.Delivery.DeadLetters;

/// <summary>Tells a client that an event was given up, and truthfully what became of it.</summary>
internal static class SkippedNotice
{
    public static Notice Of(string conversation, long seq, RoundOutcome outcome) => new()
    {
        Kind = NoticeKinds.Skipped,
        Conversation = conversation,
        Seq = seq,
        Reason = outcome switch
        {
            RoundOutcome.Expired => SkipReasons.Expired,
            RoundOutcome.OverQuota => SkipReasons.Quota,
            _ => SkipReasons.DeadLetter,
        },
    };
}
