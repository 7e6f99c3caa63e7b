namespace Chat.Tests.Faults.Checker;

/// <summary>I1: acknowledged without received, by each device of each entitled user, is empty; acknowledged rows exist once.</summary>
internal static class LossRule
{
    public static IEnumerable<Violation> Check(HistoryFacts facts, CheckerOptions options) =>
        facts.Messages.Values.Where(m => m.IsAcked).SelectMany(m => Undelivered(facts, options, m).Concat(NotStoredOnce(facts, m)));

    /// <summary>Whether everything acknowledged has arrived: the drain is over.</summary>
    public static bool IsAllDelivered(HistoryFacts facts, CheckerOptions options) =>
        !facts.Messages.Values.Where(m => m.IsAcked).SelectMany(m => Undelivered(facts, options, m)).Any();

    private static IEnumerable<Violation> Undelivered(HistoryFacts facts, CheckerOptions options, Message message)
    {
        var conversation = message.Conversation;
        if (facts.SeqOf(message.Key) is not { } seq)
        {
            yield return new Violation(Invariant.NoAckedLoss, "acknowledged as queued and never stored", $"{message.Key}", conversation);
            yield break;
        }

        var nobody = true;
        foreach (var user in facts.Membership.UsersOf(conversation))
        {
            nobody = false;
            var devices = facts.Receivers[user].DefaultIfEmpty(new Receiver(user, null));
            foreach (var receiver in devices.Where(r => facts.Membership.IsOwed(r, conversation, seq)))
            {
                var isExcused = options.AllowAnnouncedGaps && facts.IsAnnounced(receiver, conversation, seq);
                if (!isExcused && !facts.Delivered.Contains((receiver, message.Key)))
                {
                    yield return new Violation(Invariant.NoAckedLoss, "acknowledged and not received", $"{message.Key}", $"{conversation}#{seq}", $"{receiver}");
                }
            }
        }

        if (nobody)
        {
            yield return new Violation(Invariant.NoAckedLoss, "acknowledged in a conversation without a recorded member", $"{message.Key}", conversation);
        }
    }

    private static IEnumerable<Violation> NotStoredOnce(HistoryFacts facts, Message message)
    {
        if (facts.Rows is null)
        {
            yield break;
        }

        var rows = facts.RowsByKey[message.Key].ToList();
        if (rows.Count != 1)
        {
            yield return new Violation(Invariant.NoAckedLoss, $"acknowledged and stored {rows.Count} times", $"{message.Key}", message.Conversation);
        }
    }
}
