namespace Chat.Tests.Support;

/// <summary>
/// Time that stands still until the test moves it. Timers, and with them <c>Task.Delay(…, provider)</c> and
/// <c>PeriodicTimer</c>, fire on the thread that calls <see cref="Advance"/>, in the order of their due times, each at its own due time.
/// </summary>
internal sealed class ManualTimeProvider(DateTimeOffset start) : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<ManualTimer> _timers = [];
    private readonly List<(Func<bool> IsMet, TaskCompletionSource Met)> _waiters = [];
    private TimeSpan _elapsed;
    private TimeSpan _wallClockOffset;
    private long _started;

    public ManualTimeProvider()
        : this(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero))
    {
    }

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>Since the provider was made.</summary>
    public TimeSpan Elapsed
    {
        get
        {
            lock (_lock)
            {
                return _elapsed;
            }
        }
    }

    /// <summary>Timers that will fire if time goes on.</summary>
    public int ActiveTimers
    {
        get
        {
            lock (_lock)
            {
                return _timers.Count;
            }
        }
    }

    /// <summary>How long until the next timer fires; null when none will.</summary>
    public TimeSpan? NextDue
    {
        get
        {
            lock (_lock)
            {
                return _timers.Count == 0 ? null : _timers.Min(t => t.Due) - _elapsed;
            }
        }
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
        {
            return start + _elapsed + _wallClockOffset;
        }
    }

    public override long GetTimestamp() => Elapsed.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves time on and fires what falls due, timers that callbacks start on the way included.</summary>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        TimeSpan end;
        lock (_lock)
        {
            end = _elapsed + by;
        }

        while (TakeDue(end) is { } timer)
        {
            timer.Fire();
        }
    }

    /// <summary>The wall clock is set, as by an operator or NTP: dates move, timers and timestamps do not.</summary>
    public void JumpWallClock(TimeSpan by)
    {
        lock (_lock)
        {
            _wallClockOffset += by;
        }
    }

    /// <summary>
    /// Ends when the code under test has at least this many timers running, that is, when it waits for time and
    /// <see cref="Advance"/> will reach it.
    /// </summary>
    public Task WaitForTimersAsync(int count = 1, TimeSpan? within = null) =>
        WaitAsync(() => _timers.Count >= count, $"{count} timers are running", within);

    /// <summary>Ends when a timer runs that is due exactly so far from now.</summary>
    public Task WaitForTimerAsync(TimeSpan due, TimeSpan? within = null) =>
        WaitAsync(() => _timers.Exists(t => t.Due - _elapsed == due), $"a timer is due in {due}", within);

    /// <summary>
    /// Ends when this many timers were started since the provider was made; unlike a number of running ones it tells a loop's
    /// next round from the last one.
    /// </summary>
    public Task WaitForStartsAsync(long count, TimeSpan? within = null) =>
        WaitAsync(() => _started >= count, $"{count} timers were started", within);

    private async Task WaitAsync(Func<bool> isMet, string what, TimeSpan? within)
    {
        var met = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (isMet())
            {
                return;
            }

            _waiters.Add((isMet, met));
        }

        try
        {
            await met.Task.WaitAsync(within ?? Eventually.Patience);
        }
        catch (TimeoutException)
        {
            lock (_lock)
            {
                var due = string.Join(", ", _timers.Select(t => t.Due - _elapsed).Order());
                throw new TimeoutException($"Waited in vain until {what}; running timers are due in [{due}], {_started} were started.");
            }
        }
    }

    /// <summary>The next timer that is due by then, with the time set to its due time; at none the time is set to the end.</summary>
    private ManualTimer? TakeDue(TimeSpan end)
    {
        lock (_lock)
        {
            var next = _timers.Where(t => t.Due <= end).MinBy(t => t.Due); // The first of equals: the one that was started first.
            if (next is null)
            {
                MoveToHoldingLock(end);
                return null;
            }

            MoveToHoldingLock(next.Due);
            _timers.Remove(next);
            if (next.Period is { } period)
            {
                StartHoldingLock(next, period);
            }

            return next;
        }
    }

    // Never back: the pool may fire what is due at once while the test moves time on.
    private void MoveToHoldingLock(TimeSpan elapsed) => _elapsed = elapsed > _elapsed ? elapsed : _elapsed;

    private void StartHoldingLock(ManualTimer timer, TimeSpan dueTime)
    {
        timer.Due = _elapsed + dueTime;
        _timers.Add(timer);
        _started++;
        foreach (var waiter in _waiters.Where(w => w.IsMet()).ToList())
        {
            _waiters.Remove(waiter);
            waiter.Met.SetResult();
        }
    }

    private sealed class ManualTimer(ManualTimeProvider provider, TimerCallback callback, object? state) : ITimer
    {
        private readonly ExecutionContext? _context = ExecutionContext.Capture();
        private bool _disposed;

        public TimeSpan Due { get; set; }

        public TimeSpan? Period { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (provider._lock)
            {
                if (_disposed)
                {
                    return false;
                }

                provider._timers.Remove(this);
                Period = period == Timeout.InfiniteTimeSpan || period == TimeSpan.Zero ? null : period;
                if (dueTime != Timeout.InfiniteTimeSpan)
                {
                    provider.StartHoldingLock(this, dueTime);
                }
            }

            // As with the system's timers, a callback never runs inside the call that starts it: what is due at once fires
            // on the pool, without the test moving time.
            if (dueTime == TimeSpan.Zero)
            {
                ThreadPool.QueueUserWorkItem(_ => provider.Advance(TimeSpan.Zero));
            }

            return true;
        }

        public void Fire()
        {
            if (_context is null)
            {
                callback(state);
            }
            else
            {
                ExecutionContext.Run(_context, s => callback(s), state);
            }
        }

        public void Dispose()
        {
            lock (provider._lock)
            {
                _disposed = true;
                provider._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
