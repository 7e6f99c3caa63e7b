namespace Chat.Server.Storage.Writing;

/// <summary>The bounded queue before the writer. One lock, held for a few instructions, decides the order of all sends of the process.</summary>
internal sealed class AppendQueue(int capacity)
{
    private readonly Queue<Append> _queue = new();
    private readonly SemaphoreSlim _signal = new(0, 1);
    private bool _closed;

    public int Count
    {
        get
        {
            lock (_queue)
            {
                return _queue.Count;
            }
        }
    }

    /// <summary>Null: taken. Else why not.</summary>
    public AppendRefusal? TryAdd(Append append)
    {
        lock (_queue)
        {
            if (_closed)
            {
                return AppendRefusal.Draining;
            }

            if (_queue.Count >= capacity)
            {
                return AppendRefusal.Overloaded;
            }

            _queue.Enqueue(append);
            if (_queue.Count == 1)
            {
                Wake();
            }

            return null;
        }
    }

    /// <summary>Waits until there is something and takes up to <paramref name="most"/>; empty only when closed and drained.</summary>
    public async ValueTask<List<Append>> TakeAsync(int most, CancellationToken cancellation)
    {
        while (true)
        {
            lock (_queue)
            {
                if (_queue.Count > 0 || _closed)
                {
                    var taken = new List<Append>(Math.Min(most, _queue.Count));
                    while (taken.Count < most && _queue.TryDequeue(out var append))
                    {
                        taken.Add(append);
                    }

                    return taken;
                }
            }

            await _signal.WaitAsync(cancellation);
        }
    }

    /// <summary>Those that were queued before <paramref name="timestamp"/>; they stay in the queue.</summary>
    public List<Append> OlderThan(long timestamp)
    {
        lock (_queue)
        {
            var old = new List<Append>();
            foreach (var append in _queue)
            {
                if (append.EnqueuedAt > timestamp)
                {
                    break;
                }

                old.Add(append);
            }

            return old;
        }
    }

    /// <summary>Takes no more; what is queued can still be taken out.</summary>
    public void Close()
    {
        lock (_queue)
        {
            _closed = true;
            Wake();
        }
    }

    private void Wake()
    {
        if (_signal.CurrentCount == 0)
        {
            _signal.Release();
        }
    }
}
