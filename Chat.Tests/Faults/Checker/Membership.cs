namespace Chat.Tests.Faults.Checker;

/// <summary>
/// Who is entitled to which part of which conversation. Membership acts at the seq of its event: from the joining on,
/// up to the leaving, whose own event the leaver may or may not get.
/// </summary>
internal sealed class Membership
{
    private readonly Dictionary<(string User, string? Device, string Conversation), List<Span>> _spans = [];

    public Membership(IEnumerable<HistoryEvent> events)
    {
        var changes = events.Where(e => e.Op is HistoryOp.Join or HistoryOp.Leave)
            .GroupBy(e => (e.User!, e.Device, e.Conv!));
        foreach (var group in changes)
        {
            var spans = new List<Span>();
            // By seq, so that it does not matter who recorded first; at the same seq leaving is before joining again.
            foreach (var change in group.OrderBy(e => e.Seq ?? 0).ThenBy(e => e.Op == HistoryOp.Join))
            {
                var isOpen = spans.Count > 0 && spans[^1].To == long.MaxValue;
                if (change.Op == HistoryOp.Join && !isOpen)
                {
                    spans.Add(new Span(change.Seq ?? 0, long.MaxValue));
                }
                else if (change.Op == HistoryOp.Leave && isOpen)
                {
                    spans[^1] = spans[^1] with { To = change.Seq ?? 0 };
                }
            }

            _spans.Add(group.Key, spans);
        }
    }

    public IEnumerable<string> UsersOf(string conversation) =>
        _spans.Keys.Where(k => k.Conversation == conversation).Select(k => k.User).Distinct();

    /// <summary>Must get it.</summary>
    public bool IsOwed(Receiver receiver, string conversation, long seq) =>
        SpansOf(receiver, conversation).Any(s => s.From <= seq && seq < s.To);

    /// <summary>May get it.</summary>
    public bool IsAllowed(Receiver receiver, string conversation, long seq) =>
        SpansOf(receiver, conversation).Any(s => s.From <= seq && seq <= s.To);

    /// <summary>Was a member at some time: all that can be said of an event without a seq.</summary>
    public bool WasEver(Receiver receiver, string conversation) => SpansOf(receiver, conversation).Count > 0;

    /// <summary>Joined and never left.</summary>
    public bool IsLasting(Receiver receiver, string conversation) =>
        SpansOf(receiver, conversation) is [.., { To: long.MaxValue }];

    /// <summary>All seqs up to the head that the receiver must get.</summary>
    public IEnumerable<long> OwedUpTo(Receiver receiver, string conversation, long head)
    {
        foreach (var span in SpansOf(receiver, conversation))
        {
            for (var seq = Math.Max(span.From, 1); seq <= head && seq < span.To; seq++)
            {
                yield return seq;
            }
        }
    }

    /// <summary>A device's own entitlement, such as a subscription from the head on, stands before its user's.</summary>
    private IReadOnlyList<Span> SpansOf(Receiver receiver, string conversation) =>
        _spans.GetValueOrDefault((receiver.User, receiver.Device, conversation))
        ?? _spans.GetValueOrDefault((receiver.User, null, conversation))
        ?? [];

    private sealed record Span(long From, long To);
}
