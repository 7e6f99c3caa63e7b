namespace Chat.Server.Realtime.Spool;

/// <summary>What is known of the sends that this process has spooled, by id and in their order, until they are stored. Guarded by who holds it.</summary>
internal sealed class SpoolEntries
{
    private readonly Dictionary<(string Sender, string Id), SpoolEntry> _byId = [];
    private readonly Queue<SpoolEntry> _order = new();

    public int Count => _byId.Count;

    public long Bytes { get; private set; }

    public SpoolEntry? Oldest
    {
        get
        {
            while (_order.TryPeek(out var gone) && gone.IsGone)
            {
                _order.Dequeue();
            }

            return _order.TryPeek(out var oldest) ? oldest : null;
        }
    }

    public SpoolEntry? Find(string sender, string id) => _byId.GetValueOrDefault((sender, id));

    public void Add(SpoolEntry entry)
    {
        Bytes += entry.Size;
        _byId.Add(entry.Key, entry);
        _order.Enqueue(entry);
    }

    public void Remove(SpoolEntry entry)
    {
        if (_byId.Remove(entry.Key))
        {
            entry.IsGone = true;
            Bytes -= entry.Size;
        }
    }

    /// <summary>Forgets what lies before the place up to which its file is stored.</summary>
    public void RemoveStored()
    {
        var (file, drained) = ((SpoolFile?)null, 0L);
        while (Oldest is { Place: var (at, next) } oldest)
        {
            (file, drained) = at == file ? (file, drained) : (at, at.Drained);
            if (drained < next)
            {
                return;
            }

            Remove(oldest);
        }
    }
}
