namespace Chat.Server.Health;

internal enum HealthPhase
{
    Starting,
    Ready,
    Draining,
}

/// <summary>Where a process is in its life. It starts until the host and all who hold it say otherwise; draining is for good.</summary>
internal sealed class HealthLifecycle
{
    private readonly Lock _gate = new();
    private readonly List<string> _holds = [];
    private bool _started;
    private bool _draining;

    public HealthPhase Phase
    {
        get
        {
            lock (_gate)
            {
                return _draining ? HealthPhase.Draining : _started && _holds.Count == 0 ? HealthPhase.Ready : HealthPhase.Starting;
            }
        }
    }

    /// <summary>What start-up still waits for.</summary>
    public IReadOnlyList<string> WaitsFor
    {
        get
        {
            lock (_gate)
            {
                return [.. _holds];
            }
        }
    }

    /// <summary>Not ready until the answer is disposed: for what must be loaded before the first client comes.</summary>
    public IDisposable Hold(string what)
    {
        lock (_gate)
        {
            _holds.Add(what);
        }

        return new Held(this, what);
    }

    public void MarkStarted()
    {
        lock (_gate)
        {
            _started = true;
        }
    }

    public void MarkDraining()
    {
        lock (_gate)
        {
            _draining = true;
        }
    }

    private void Release(string what)
    {
        lock (_gate)
        {
            _holds.Remove(what);
        }
    }

    private sealed class Held(HealthLifecycle lifecycle, string what) : IDisposable
    {
        private int _released;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _released, 1) == 0)
            {
                lifecycle.Release(what);
            }
        }
    }
}
