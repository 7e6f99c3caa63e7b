namespace Chat.Tests.Faults.Checker;

/// <summary>
/// I4, the sender's half: send order is seq order. Two sends of a user to a conversation are ordered when the first was
/// acknowledged before the second began, or when both went over one connection and the first was never sent again after the
/// second; with <see cref="CheckerOptions.StrictSenderOrder"/> the first attempts alone decide.
/// </summary>
internal static class SenderOrderRule
{
    public static IEnumerable<Violation> Check(HistoryFacts facts, CheckerOptions options)
    {
        var stored = facts.Messages.Values.Where(m => facts.SeqOf(m.Key) is not null);
        return stored.GroupBy(m => (m.Key.Sender, m.Conversation)).SelectMany(g => CheckOne([.. g], facts, options));
    }

    private static IEnumerable<Violation> CheckOne(IReadOnlyList<Message> messages, HistoryFacts facts, CheckerOptions options)
    {
        // The history replayed: beginnings are checked against what had settled before, which then raises the floor.
        var steps = new List<(int Index, bool IsBegin, string? Connection, Message Message)>();
        foreach (var message in messages)
        {
            var first = message.Attempts[0];
            var last = message.Attempts[^1];
            steps.Add((first.Index, true, first.Send.Conn, message));
            if (message.Attempts.FirstOrDefault(a => a.Answer?.Op == HistoryOp.Ack)?.AnswerIndex is { } acked)
            {
                steps.Add((acked, false, null, message));
            }

            if (options.StrictSenderOrder)
            {
                steps.Add((first.Index, false, null, message));
            }
            else if (message.Attempts.All(a => a.Send.Conn == first.Send.Conn))
            {
                steps.Add((last.Index, false, first.Send.Conn ?? "", message));
            }
        }

        var floors = new Dictionary<string, (long Seq, Message Message)>();
        (long Seq, Message Message)? floorOfAll = null;
        foreach (var (_, isBegin, connection, message) in steps.OrderBy(s => s.Index).ThenByDescending(s => s.IsBegin))
        {
            var seq = facts.SeqOf(message.Key)!.Value;
            if (isBegin)
            {
                if (floorOfAll is { } all && seq < all.Seq)
                {
                    yield return Inverted(message, seq, all);
                }
                else if (floors.TryGetValue(connection ?? "", out var floor) && seq < floor.Seq)
                {
                    yield return Inverted(message, seq, floor);
                }
            }
            else if (connection is null)
            {
                floorOfAll = floorOfAll is { } all && all.Seq > seq ? all : (seq, message);
            }
            else
            {
                floors[connection] = floors.TryGetValue(connection, out var floor) && floor.Seq > seq ? floor : (seq, message);
            }
        }
    }

    private static Violation Inverted(Message message, long seq, (long Seq, Message Message) earlier) => new(
        Invariant.Order,
        $"sent after what has seq {earlier.Seq}, and got {seq}",
        $"{message.Key}", $"{earlier.Message.Key}", message.Conversation);
}
