namespace Chat.Client.Receiving;

/// <summary>Puts a conversation's stored events into its queue in the order of the log, and keeps back what came before its turn. Guarded by its owner's lock.</summary>
internal sealed class LogOrder(HandlingQueue queue, RecentIds ids)
{
    private readonly EarlyArrivals _early = new();

    /// <summary>The last seq in the queue or beyond it; null before the first.</summary>
    public long? Accepted { get; private set; }

    /// <summary>The order begins behind this seq; <c>false</c>: it has begun before.</summary>
    public bool TryBegin(long seq)
    {
        if (Accepted is not null)
        {
            return false;
        }

        Accepted = seq;
        return true;
    }

    /// <summary>The order begins anew behind this seq.</summary>
    public void BeginAgain(long seq)
    {
        Accepted = seq;
        Forget(known: seq);
    }

    /// <summary>Drops what came before its turn.</summary>
    public void Forget(long known) => _early.Clear(known);

    public Arrival Place(InboxEntry entry)
    {
        if (entry.From > Accepted + 1 || !queue.HasRoom)
        {
            _early.Add(entry);
            return Arrival.Gap;
        }

        Accept(entry);
        Drain();
        return _early.IsEmpty ? Arrival.Queued : Arrival.Gap;
    }

    /// <summary>Queues those whose turn it is by now.</summary>
    public void Drain()
    {
        while (Accepted is { } accepted && queue.HasRoom && _early.Take(accepted) is { } entry)
        {
            Accept(entry);
        }
    }

    /// <summary>The first stretch that is missing, if the log is known to reach beyond what is accepted.</summary>
    public (long After, long To)? Missing() =>
        Accepted is { } accepted && _early.MissingAfter(accepted) is { } last ? (accepted, last) : null;

    private void Accept(InboxEntry entry)
    {
        // Noted before any provisional event was seen, too: the first may be of a send that was stored, and repeated when its receipt was lost.
        if (entry.Event is { } e && !ids.TryStore(e))
        {
            // The stored twin of a provisional event: only the position moves.
            entry.Event = null;
        }

        Accepted = entry.To!.Value;
        queue.Enqueue(entry);
    }
}
