namespace Chat.Client.Sending;

/// <summary>Everything that has no receipt yet, and who waits for there to be nothing. Guarded by the outbox's lock.</summary>
internal sealed class OutboxBook(int capacity, OutboxJournal? journal)
{
    private readonly HashSet<OutboxItem> _items = [];
    private long _order;
    private int _reserved;
    private TaskCompletionSource? _emptied;

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<PendingSend> Pending
        => [.. _items.OrderBy(item => item.Order).Select(item => new PendingSend(item.Id, item.Lane, item.Receipt))];

    /// <summary>Before the journal writes them, so that what is being written counts too.</summary>
    public void Reserve(int count)
    {
        if (_reserved + count > capacity)
        {
            throw new OutboxFullException(capacity);
        }

        _reserved += count;
    }

    /// <summary>What an earlier run left counts, also beyond the capacity.</summary>
    public void Restore(int count) => _reserved += count;

    public void Release(int count) => _reserved -= count;

    public void Enter(OutboxItem item)
    {
        item.Order = ++_order;
        _items.Add(item);
    }

    /// <summary>It has its receipt, or its caller gave up.</summary>
    public void Forget(OutboxItem item)
    {
        _items.Remove(item);
        _reserved--;
        journal?.Done(item);
        if (_items.Count == 0)
        {
            _emptied?.TrySetResult();
            _emptied = null;
        }
    }

    public void ForgetFaults()
    {
        foreach (var item in _items)
        {
            item.Faults = 0;
        }
    }

    public Task WhenEmpty()
    {
        if (_items.Count == 0)
        {
            return Task.CompletedTask;
        }

        _emptied ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return _emptied.Task;
    }

    /// <summary>Empties the book without completing anything; what callers gave up during a call is not to go out after a restart.</summary>
    public IReadOnlyList<OutboxItem> Close(ChatClosedException reason)
    {
        foreach (var item in _items.Where(item => item.IsAbandoned))
        {
            journal?.Done(item);
        }

        OutboxItem[] left = [.. _items];
        _items.Clear();
        if (_emptied is not null)
        {
            _emptied.TrySetException(reason);
            _ = _emptied.Task.Exception;
        }

        return left;
    }
}
