using Chat.Server.Failpoints;
using Chat.Server.Storage.Writing;
using Microsoft.Extensions.Options;

namespace Chat.Server.Realtime.Spool;

/// <summary>What this process has accepted and storage has not. Written in the order of the calls, many at once with one sync.</summary>
internal sealed partial class OwnSpool(
    SpoolFiles files, RealtimeMeter meter, IOptions<RealtimeOptions> options, TimeProvider time, ILogger<OwnSpool> logger)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Sender, string Id), SpoolEntry> _entries = [];
    private readonly Queue<SpoolEntry> _order = new();
    private readonly SemaphoreSlim _work = new(0, 1);
    private List<SpoolEntry> _waiting = [];
    private bool _writing;
    private bool _closed;
    private long _bytes;

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _entries.Count;
            }
        }
    }

    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>How full it is; 1 takes no more.</summary>
    public double Fill => (double)Bytes / options.Value.SpoolBytes;

    /// <summary>How long the oldest has waited.</summary>
    public TimeSpan OldestAge
    {
        get
        {
            lock (_lock)
            {
                while (_order.TryPeek(out var gone) && gone.IsGone)
                {
                    _order.Dequeue();
                }

                return _order.TryPeek(out var oldest) ? time.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(oldest.At) : TimeSpan.Zero;
            }
        }
    }

    /// <summary>Something was added that nobody has read yet, written or not.</summary>
    public bool HasUnread
    {
        get
        {
            lock (_lock)
            {
                return _waiting.Count > 0 || _writing || files.HasUnread;
            }
        }
    }

    /// <summary>Its place in the order is taken when this returns; it is safe when <see cref="SpoolEntry.Saved"/> is true.</summary>
    public SpoolOutcome Add(Append append)
    {
        var entry = new SpoolEntry(append, time.GetUtcNow().ToUnixTimeMilliseconds());
        lock (_lock)
        {
            if (_entries.TryGetValue(entry.Key, out var present))
            {
                return present.Hash.AsSpan().SequenceEqual(append.Hash) ? new SpoolRepeat(present) : SpoolConflict.Instance;
            }

            if (_bytes + entry.Size > options.Value.SpoolBytes)
            {
                meter.Refused(1, "full");
                return SpoolFull.Instance;
            }

            if (_closed)
            {
                entry.Finish(false);
                return new SpoolTaken(entry);
            }

            _bytes += entry.Size;
            _entries.Add(entry.Key, entry);
            _order.Enqueue(entry);
            _waiting.Add(entry);
        }

        Wake();
        return new SpoolTaken(entry);
    }

    /// <summary>Waits for entries and writes them; <paramref name="saved"/> is told of them in their order, before they can be stored.</summary>
    public async Task WriteAsync(Action<IReadOnlyList<SpoolEntry>> saved, CancellationToken stop)
    {
        try
        {
            while (true)
            {
                await _work.WaitAsync(stop);
                WriteWaiting(saved);
            }
        }
        finally
        {
            Close();
        }
    }

    /// <summary>What is known of one while it is here.</summary>
    public SpoolEntry? Find(Append append)
    {
        lock (_lock)
        {
            return _entries.GetValueOrDefault((append.Sender, append.Id));
        }
    }

    /// <summary>These, from one reading, are stored or refused for good.</summary>
    public void Drained(IReadOnlyList<SpoolBatchItem> items)
    {
        files.Advance(items[^1]);
        lock (_lock)
        {
            foreach (var item in items)
            {
                if (_entries.TryGetValue((item.Append.Sender, item.Append.Id), out var entry))
                {
                    RemoveHoldingLock(entry);
                }
            }
        }
    }

    private void WriteWaiting(Action<IReadOnlyList<SpoolEntry>> saved)
    {
        List<SpoolEntry> batch;
        lock (_lock)
        {
            (batch, _waiting) = (_waiting, []);
            _writing = batch.Count > 0;
        }

        if (batch.Count == 0)
        {
            return;
        }

        var ok = TrySave(batch);
        if (ok)
        {
            Show(batch, saved);
        }

        files.EndWrite(ok);
        lock (_lock)
        {
            _writing = false;
            if (!ok)
            {
                batch.ForEach(RemoveHoldingLock);
            }
        }

        batch.ForEach(e => e.Finish(ok));
    }

    private bool TrySave(List<SpoolEntry> batch)
    {
        if (TestSwitches.QueueWithoutSpooling)
        {
            return true;
        }

        try
        {
            files.BeginWrite().Append(batch.ConvertAll(e => (ReadOnlyMemory<byte>)e.Record!), static () => CrashPoints.Pass(CrashPoints.BeforeSpoolSync));
            CrashPoints.Pass(CrashPoints.AfterSpoolSync);
            return true;
        }
        catch (Exception e)
        {
            // Nobody has a receipt for these.
            Log.SpoolFault(logger, batch.Count, e.GetType().Name);
            meter.Refused(batch.Count, "disk");
            return false;
        }
    }

    private void Show(List<SpoolEntry> batch, Action<IReadOnlyList<SpoolEntry>> saved)
    {
        try
        {
            saved(batch);
        }
        catch (Exception e)
        {
            // They are safe, and will be seen when they are stored.
            Log.ShowFault(logger, e);
        }
    }

    /// <summary>Who waits is told to try elsewhere.</summary>
    private void Close()
    {
        List<SpoolEntry> left;
        lock (_lock)
        {
            _closed = true;
            (left, _waiting) = (_waiting, []);
            left.ForEach(RemoveHoldingLock);
        }

        left.ForEach(e => e.Finish(false));
    }

    private void RemoveHoldingLock(SpoolEntry entry)
    {
        if (_entries.Remove(entry.Key))
        {
            entry.IsGone = true;
            _bytes -= entry.Size;
        }
    }

    private void Wake()
    {
        lock (_work)
        {
            if (_work.CurrentCount == 0)
            {
                _work.Release();
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1401, LogLevel.Error, "{Count} sends could not be spooled ({Exception}); their senders were told to try again", EventName = "SpoolFault")]
        public static partial void SpoolFault(ILogger logger, int count, string exception);

        [LoggerMessage(1405, LogLevel.Error, "Spooled events could not be shown; they are seen when they are stored", EventName = "ShowFault")]
        public static partial void ShowFault(ILogger logger, Exception exception);
    }
}
