namespace Chat.Tests.Support;

/// <summary>The last lines that a process wrote, and a way to wait for one.</summary>
internal sealed class OutputLog(int capacity = 2_000)
{
    private readonly Lock _lock = new();
    private readonly Queue<string> _lines = new();
    private readonly List<Waiter> _waiters = [];
    private bool _ended;

    /// <summary>How many lines were written in all, dropped ones included.</summary>
    public long Count { get; private set; }

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lock)
            {
                return [.. _lines];
            }
        }
    }

    /// <summary>The first line that matches, among those kept and those to come. Fails when the output ends without it.</summary>
    public Task<string> WaitForAsync(Func<string, bool> matches, TimeSpan timeout)
    {
        Waiter waiter;
        lock (_lock)
        {
            if (_lines.FirstOrDefault(matches) is { } line)
            {
                return Task.FromResult(line);
            }

            waiter = new Waiter(matches, new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously));
            if (_ended)
            {
                waiter.Found.SetException(Ended());
            }
            else
            {
                _waiters.Add(waiter);
            }
        }

        return waiter.Found.Task.WaitAsync(timeout);
    }

    public Task<string> WaitForAsync(string part, TimeSpan timeout) =>
        WaitForAsync(line => line.Contains(part, StringComparison.Ordinal), timeout);

    public void Add(string line)
    {
        lock (_lock)
        {
            Count++;
            _lines.Enqueue(line);
            if (_lines.Count > capacity)
            {
                _lines.Dequeue();
            }

            foreach (var waiter in _waiters.Where(w => w.Matches(line)).ToList())
            {
                _waiters.Remove(waiter);
                waiter.Found.TrySetResult(line);
            }
        }
    }

    public void End()
    {
        lock (_lock)
        {
            _ended = true;
            _waiters.ForEach(w => w.Found.TrySetException(Ended()));
            _waiters.Clear();
        }
    }

    /// <summary>Forgets what was written so far, so that a wait after a restart does not find the start before it.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _lines.Clear();
        }
    }

    public override string ToString() => string.Join('\n', Lines);

    private static EndOfStreamException Ended() => new("The output ended before the line that was waited for.");

    private sealed record Waiter(Func<string, bool> Matches, TaskCompletionSource<string> Found);
}
