using Chat.Server.Delivery.Pumps;
using Chat.Server.Delivery.Traces;

namespace Chat.Server.Delivery;

internal enum FactKind : byte
{
    Committed,
    Pushed,
    PushedAgain,
    Acknowledged,
}

/// <summary>One thing that happened to events <c>First</c> to <c>Last</c> of a conversation.</summary>
internal readonly record struct DeliveryFact(FactKind Kind, long Timestamp, string Conversation, long First, long Last, string? User, string? Device, string? Connection);

/// <summary>
/// The latest things that this process did with events, so that an operator can ask where one went. A ring that is written without a lock and never
/// grows; it holds no bodies and keeps no connection alive. What it has forgotten, the log and the cursors still tell, without times.
/// </summary>
internal sealed class DeliveryFacts(UserTraces traces, TimeProvider time)
{
    private const int Size = 32_768;

    private readonly Slot[] _ring = new Slot[Size];
    private long _next = -1;

    public void Committed(string conversation, long seq) => Note(new(FactKind.Committed, time.GetTimestamp(), conversation, seq, seq, null, null, null));

    public void Note(FactKind kind, ConnectionPump pump, string conversation, long first, long last)
    {
        Note(new(kind, time.GetTimestamp(), conversation, first, last, pump.User, pump.Device, pump.Connection.ConnectionId));
        if (traces.IsTraced(pump.User))
        {
            traces.Note(pump.User, new(TracedOf(kind), pump.Device, pump.Connection.ConnectionId) { Conversation = conversation, First = first, Last = last });
        }
    }

    /// <summary>
    /// What is remembered of one event, oldest first. An acknowledgement counts for what was sent before it: it is told when the sending is remembered, too.
    /// </summary>
    public IReadOnlyList<DeliveryFact> Of(string conversation, long seq)
    {
        var found = new List<DeliveryFact>();
        var awaited = new HashSet<string>(StringComparer.Ordinal);
        var newest = Volatile.Read(ref _next);
        for (var ticket = Math.Max(0, newest - Size + 1); ticket <= newest; ticket++)
        {
            if (!TryRead(ticket, out var fact) || fact.Last < seq || fact.Conversation != conversation)
            {
                continue;
            }

            if (fact.Kind == FactKind.Acknowledged ? awaited.Remove(fact.Connection!) : fact.First <= seq)
            {
                found.Add(fact);
                if (fact.Connection is { } connection && fact.Kind != FactKind.Acknowledged)
                {
                    awaited.Add(connection);
                }
            }
        }

        return found;
    }

    private void Note(DeliveryFact fact)
    {
        var ticket = Interlocked.Increment(ref _next);
        ref var slot = ref _ring[ticket % Size];

        // Whoever reads meanwhile sees that the slot is neither the old nor the new one.
        Volatile.Write(ref slot.Ticket, -1);
        slot.Fact = fact;
        Volatile.Write(ref slot.Ticket, ticket + 1);
    }

    private static TracedKind TracedOf(FactKind kind) => kind switch
    {
        FactKind.Pushed => TracedKind.Pushed,
        FactKind.PushedAgain => TracedKind.PushedAgain,
        _ => TracedKind.Acknowledged,
    };

    private bool TryRead(long ticket, out DeliveryFact fact)
    {
        ref var slot = ref _ring[ticket % Size];
        var before = Volatile.Read(ref slot.Ticket);
        fact = slot.Fact;
        Interlocked.MemoryBarrier();
        return before == ticket + 1 && Volatile.Read(ref slot.Ticket) == before;
    }

    private struct Slot
    {
        public long Ticket;
        public DeliveryFact Fact;
    }
}
