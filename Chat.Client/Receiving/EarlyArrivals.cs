namespace Chat.Client.Receiving;

/// <summary>What came before its turn, a bounded part of it, and how far the log is known to reach. Guarded by its owner's lock.</summary>
internal sealed class EarlyArrivals
{
    private const int Most = 512;

    private readonly SortedList<long, InboxEntry> _entries = [];
    private long _known;

    public bool IsEmpty => _entries.Count == 0;

    /// <summary>Beyond the bound only the fact remains that there is more; it is read from the history later.</summary>
    public void Add(InboxEntry entry)
    {
        _known = Math.Max(_known, entry.To!.Value);
        if (_entries.Count < Most)
        {
            _entries.TryAdd(entry.From, entry);
        }
    }

    /// <summary>The next one whose turn it is after <paramref name="accepted"/>.</summary>
    public InboxEntry? Take(long accepted)
    {
        while (_entries.Count > 0 && _entries.Values[0] is var first && first.From <= accepted + 1)
        {
            _entries.RemoveAt(0);
            if (first.To > accepted)
            {
                return first;
            }
        }

        return null;
    }

    /// <summary>The last one missing after <paramref name="accepted"/>, if one is.</summary>
    public long? MissingAfter(long accepted)
    {
        var last = IsEmpty ? _known : _entries.Values[0].From - 1;
        return last > accepted ? last : null;
    }

    public void Clear(long known)
    {
        _entries.Clear();
        _known = known;
    }
}
