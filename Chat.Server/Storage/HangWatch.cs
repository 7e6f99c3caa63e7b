namespace Chat.Server.Storage;

/// <summary>
/// Sees that the database hangs before the first call to it times out, and takes the reserve of threads (<see cref="ThreadReserve"/>) while it does: when calls
/// have timed out it is too late, for what would take it waits for a thread itself.
/// </summary>
internal sealed class HangWatch(StorageBreaker breaker, TimeProvider time) : IHostedService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    // A use that lasts longer than this many intervals hangs.
    private const int Patience = 4;

    // Uses under way, by the interval in which they began. Who hangs for longer than the ring goes round counts as new for a moment; the breaker is open by then.
    private readonly int[] _begun = new int[64];
    private readonly Lock _lock = new();
    private ITimer? _timer;
    private int _now;
    private bool _reserved;

    /// <summary>A use of the database begins; it ends when this is disposed of.</summary>
    public Use Begin()
    {
        var interval = Volatile.Read(ref _now) % _begun.Length;
        Interlocked.Increment(ref _begun[interval]);
        return new(_begun, interval);
    }

    /// <summary>A use has lasted for about a second.</summary>
    public bool IsHanging
    {
        get
        {
            var now = Volatile.Read(ref _now);
            for (var age = Patience + 1; age < _begun.Length; age++)
            {
                if (Volatile.Read(ref _begun[(now + _begun.Length - age) % _begun.Length]) > 0)
                {
                    return true;
                }
            }

            return false;
        }
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _timer = time.CreateTimer(_ => Look(), null, Interval, Interval);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_timer is not null)
        {
            await _timer.DisposeAsync();
        }

        Reserve(false);
    }

    private void Look()
    {
        Volatile.Write(ref _now, (_now + 1) % _begun.Length);
        Reserve(!breaker.IsClosed || IsHanging);
    }

    private void Reserve(bool wanted)
    {
        lock (_lock)
        {
            if (_reserved != wanted)
            {
                _reserved = wanted;
                ThreadReserve.Set(wanted);
            }
        }
    }

    /// <summary>A use that is under way.</summary>
    internal readonly struct Use(int[] begun, int interval) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref begun[interval]);
    }
}
