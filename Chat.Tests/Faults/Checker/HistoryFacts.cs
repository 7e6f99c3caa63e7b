namespace Chat.Tests.Faults.Checker;

/// <summary>Who receives: a device of a user.</summary>
internal sealed record Receiver(string User, string? Device)
{
    public override string ToString() => Device is null ? User : $"{User}/{Device}";
}

/// <summary>A message is known by its sender and the sender's id.</summary>
internal readonly record struct MessageKey(string Sender, string Id)
{
    public override string ToString() => $"{Sender}:{Id}";
}

/// <summary>One send and what came of it; <paramref name="Index"/> is its place in the history.</summary>
internal sealed record Attempt(int Index, HistoryEvent Send, int? AnswerIndex, HistoryEvent? Answer);

/// <summary>An event that reached a receiver.</summary>
internal sealed record Arrival(int Index, Receiver Receiver, MessageKey Key, HistoryEvent Event);

/// <summary>A message with all attempts to send it.</summary>
internal sealed record Message(MessageKey Key, string Conversation, IReadOnlyList<Attempt> Attempts)
{
    public IEnumerable<HistoryEvent> Acks => Attempts.Select(a => a.Answer).OfType<HistoryEvent>().Where(a => a.Op == HistoryOp.Ack);

    public bool IsAcked => Acks.Any();

    /// <summary>Every attempt was refused for good: not acknowledged, not unknown, not "try again".</summary>
    public bool IsRefused => Attempts.All(a => a.Answer is { Op: HistoryOp.Nack, Retryable: not true });

    public string? Body => Attempts[0].Send.Body;
}

/// <summary>A history, sorted by what the rules ask for.</summary>
internal sealed class HistoryFacts
{
    public HistoryFacts(IReadOnlyList<HistoryEvent> events, IReadOnlyList<StoredRow>? rows)
    {
        Rows = rows;
        Messages = Collect(events);
        Arrivals = Select(events, HistoryOp.Recv);
        WireArrivals = Select(events, HistoryOp.Wire, HistoryOp.Replay);
        Membership = new Membership(events);
        Gaps = events.Where(e => e.Op == HistoryOp.Gap).ToLookup(e => (new Receiver(e.User!, e.Device), e.Conv!));
        Receivers = events.Where(e => e.Op is HistoryOp.Conn or HistoryOp.Recv or HistoryOp.Wire or HistoryOp.Replay)
            .Select(e => new Receiver(e.User!, e.Device)).Distinct().ToLookup(r => r.User);
        Seqs = KnownSeqs();
        Heads = KnownHeads();
        RowsByKey = (rows ?? []).ToLookup(r => new MessageKey(r.Sender, r.Id));
        ArrivalsByReceiver = Arrivals.ToLookup(a => (a.Receiver, a.Event.Conv!));
        Delivered = Arrivals.Select(a => (a.Receiver, a.Key)).ToHashSet();
    }

    /// <summary>Null when the database was not asked.</summary>
    public IReadOnlyList<StoredRow>? Rows { get; }

    public ILookup<MessageKey, StoredRow> RowsByKey { get; }

    /// <summary>The last known epoch of each conversation, and its last known seq.</summary>
    public IReadOnlyDictionary<string, (long Epoch, long Seq)> Heads { get; }

    /// <summary>All that was sent, in the order of first attempts.</summary>
    public IReadOnlyDictionary<MessageKey, Message> Messages { get; }

    /// <summary>What applications got, in order.</summary>
    public IReadOnlyList<Arrival> Arrivals { get; }

    public ILookup<(Receiver Receiver, string Conversation), Arrival> ArrivalsByReceiver { get; }

    /// <summary>What came over the wire; empty when that was not recorded.</summary>
    public IReadOnlyList<Arrival> WireArrivals { get; }

    public Membership Membership { get; }

    public ILookup<(Receiver Receiver, string Conversation), HistoryEvent> Gaps { get; }

    /// <summary>Devices of a user that were ever connected.</summary>
    public ILookup<string, Receiver> Receivers { get; }

    /// <summary>What applications have.</summary>
    public IReadOnlySet<(Receiver Receiver, MessageKey Key)> Delivered { get; }

    /// <summary>The seqs under which a message was acknowledged, received or stored: one, when all is well.</summary>
    public ILookup<MessageKey, long> Seqs { get; }

    /// <summary>The seq that counts for a message; null when nobody ever saw one.</summary>
    public long? SeqOf(MessageKey key) => Seqs[key].Cast<long?>().FirstOrDefault();

    public bool IsAnnounced(Receiver receiver, string conversation, long seq) =>
        Gaps[(receiver, conversation)].Any(g => g.Seq <= seq && seq <= g.To);

    private static Dictionary<MessageKey, Message> Collect(IReadOnlyList<HistoryEvent> events)
    {
        var answers = new Dictionary<long, (int Index, HistoryEvent Answer)>();
        for (var i = 0; i < events.Count; i++)
        {
            if (events[i] is { Op: HistoryOp.Ack or HistoryOp.Nack or HistoryOp.Timeout, Call: { } call })
            {
                answers.TryAdd(call, (i, events[i]));
            }
        }

        var messages = new Dictionary<MessageKey, Message>();
        for (var i = 0; i < events.Count; i++)
        {
            if (events[i] is not { Op: HistoryOp.Send } send)
            {
                continue;
            }

            var key = new MessageKey(send.User!, send.ClientMsgId!);
            var answer = send.Call is { } call && answers.TryGetValue(call, out var found) ? found : ((int Index, HistoryEvent Answer)?)null;
            var attempt = new Attempt(i, send, answer?.Index, answer?.Answer);
            messages[key] = messages.TryGetValue(key, out var message)
                ? message with { Attempts = [.. message.Attempts, attempt] }
                : new Message(key, send.Conv!, [attempt]);
        }

        return messages;
    }

    private static List<Arrival> Select(IReadOnlyList<HistoryEvent> events, params HistoryOp[] ops) =>
        [.. from pair in events.Index()
            where ops.Contains(pair.Item.Op)
            let e = pair.Item
            select new Arrival(pair.Index, new Receiver(e.User!, e.Device), new MessageKey(e.Sender ?? "", e.ClientMsgId ?? ""), e)];

    private ILookup<MessageKey, long> KnownSeqs()
    {
        var acked = from message in Messages.Values from ack in message.Acks where ack.Seq is not null select (message.Key, ack.Seq!.Value);
        var received = from arrival in Arrivals.Concat(WireArrivals) where arrival.Event.Seq is not null select (arrival.Key, arrival.Event.Seq!.Value);
        var stored = from row in Rows ?? [] select (new MessageKey(row.Sender, row.Id), row.Seq);
        return stored.Concat(acked).Concat(received).Distinct().ToLookup(s => s.Item1, s => s.Item2);
    }

    private Dictionary<string, (long Epoch, long Seq)> KnownHeads()
    {
        var seen = Arrivals.Concat(WireArrivals).Select(a => a.Event).Concat(Messages.Values.SelectMany(m => m.Acks))
            .Where(e => e.Seq is not null).Select(e => (e.Conv!, (e.Epoch ?? 0, e.Seq!.Value)));
        var heads = seen.GroupBy(s => s.Item1, s => s.Item2).ToDictionary(g => g.Key, g => g.Max());
        foreach (var row in Rows ?? [])
        {
            var (epoch, seq) = heads.GetValueOrDefault(row.Conversation);
            heads[row.Conversation] = (epoch, Math.Max(seq, row.Seq));
        }

        return heads;
    }
}
