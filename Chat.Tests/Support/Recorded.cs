namespace Chat.Tests.Support;

/// <summary>What came in, in order, and a way to wait for what is still to come.</summary>
internal class Recorded<T>(int capacity = int.MaxValue)
{
    private readonly Lock _lock = new();
    private readonly Queue<T> _items = new();
    private readonly List<Waiter> _waiters = [];
    private bool _ended;

    /// <summary>How many came in all, dropped and forgotten ones included.</summary>
    public long Count { get; private set; }

    public IReadOnlyList<T> Items
    {
        get
        {
            lock (_lock)
            {
                return [.. _items];
            }
        }
    }

    /// <summary>The first item that matches, among those kept and those to come. Fails when the end comes without it.</summary>
    public Task<T> WaitForAsync(Func<T, bool> matches, TimeSpan? within = null)
    {
        var found = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_items.Where(matches).Take(1).ToList() is [var item])
            {
                return Task.FromResult(item);
            }

            if (_ended)
            {
                found.SetException(Ended());
            }
            else
            {
                _waiters.Add(new Waiter(matches, found));
            }
        }

        return found.Task.WaitAsync(within ?? Eventually.Patience);
    }

    /// <summary>All that are kept, as soon as they are so many.</summary>
    public async Task<IReadOnlyList<T>> WaitForCountAsync(int count, TimeSpan? within = null)
    {
        try
        {
            if (count > 0)
            {
                await WaitForAsync(_ => _items.Count >= count, within);
            }
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"Waited in vain for {count} items; there are {Items.Count}: {string.Join(", ", Items.TakeLast(20))}");
        }

        return Items;
    }

    public void Add(T item)
    {
        lock (_lock)
        {
            Count++;
            _items.Enqueue(item);
            if (_items.Count > capacity)
            {
                _items.Dequeue();
            }

            foreach (var waiter in _waiters.Where(w => w.Matches(item)).ToList())
            {
                _waiters.Remove(waiter);
                waiter.Found.TrySetResult(item);
            }
        }
    }

    /// <summary>Nothing more will come.</summary>
    public void End()
    {
        lock (_lock)
        {
            _ended = true;
            _waiters.ForEach(w => w.Found.TrySetException(Ended()));
            _waiters.Clear();
        }
    }

    /// <summary>Forgets what came so far, so that a wait does not find it.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _items.Clear();
        }
    }

    private static EndOfStreamException Ended() => new("The end came before what was waited for.");

    private sealed record Waiter(Func<T, bool> Matches, TaskCompletionSource<T> Found);
}
