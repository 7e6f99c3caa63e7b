namespace Chat.Client.Sending;

/// <summary>The sends of one conversation, first in, first out; one call at a time, so that none overtakes another. Guarded by the outbox's lock.</summary>
internal sealed class OutboxLane(string name)
{
    /// <summary>A batch must fit a frame of the server's with room to spare.</summary>
    private const int MostBatchBytes = 48 * 1024;

    private readonly LinkedList<OutboxItem> _items = new();

    public string Name { get; } = name;

    public bool IsEmpty => _items.Count == 0;

    /// <summary>A call of it is under way.</summary>
    public bool IsBusy { get; set; }

    /// <summary>It stands in the queue of lanes that may send.</summary>
    public bool IsReady { get; set; }

    /// <summary>Set while it waits for its next attempt.</summary>
    public ITimer? Timer { get; set; }

    /// <summary>Numbers the waits.</summary>
    public int Waits { get; set; }

    /// <summary>What may end that wait early.</summary>
    public WakeOn Wake { get; set; }

    public void AddLast(OutboxItem item) => item.Place = _items.AddLast(item);

    public void PutBack(IReadOnlyList<OutboxItem> items)
    {
        for (var i = items.Count - 1; i >= 0; i--)
        {
            items[i].Place = _items.AddFirst(items[i]);
        }
    }

    public bool Remove(OutboxItem item)
    {
        if (item.Place is not { } place)
        {
            return false;
        }

        _items.Remove(place);
        item.Place = null;
        return true;
    }

    /// <summary>What the next call carries: sends that wait one behind the other go together.</summary>
    public IReadOnlyList<OutboxItem> TakeNext(int most)
    {
        var first = TakeFirst();
        if (!MayJoin(first) || _items.First is null)
        {
            return [first];
        }

        var batch = new List<OutboxItem> { first };
        var size = first.Size;
        while (_items.First?.Value is { } next && batch.Count < most && MayJoin(next) && size + next.Size <= MostBatchBytes)
        {
            size += next.Size;
            batch.Add(TakeFirst());
        }

        return batch;
    }

    private static bool MayJoin(OutboxItem item) => item is { Method: OutboxMethods.Send, GoesAlone: false };

    private OutboxItem TakeFirst()
    {
        var first = _items.First!.Value;
        _items.RemoveFirst();
        first.Place = null;
        return first;
    }
}
