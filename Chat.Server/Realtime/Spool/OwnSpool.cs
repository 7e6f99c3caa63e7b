using Chat.Server.Failpoints;
using Chat.Server.Storage.Writing;
using Microsoft.Extensions.Options;

namespace Chat.Server.Realtime.Spool;

/// <summary>What this process has accepted and storage has not. Written in the order of the calls, many at once with one sync.</summary>
internal sealed partial class OwnSpool(
    SpoolFolder folder, SpoolFiles files, RealtimeMeter meter, IOptions<RealtimeOptions> options, TimeProvider time, ILogger<OwnSpool> logger)
{
    private readonly Lock _lock = new();
    private readonly SpoolEntries _entries = new();
    private readonly SemaphoreSlim _work = new(0, 1);
    private List<SpoolEntry> _waiting = [];
    private bool _closed;

    /// <summary>How many are not known to be stored.</summary>
    public int Count => Look(static e => e.Count);

    /// <summary>Nothing that this process or another one of the node has spooled waits to be stored: what comes now may go before nothing.</summary>
    public bool IsClear
    {
        get
        {
            if (!folder.Board.IsClear)
            {
                return false;
            }

            if (Count > 0)
            {
                // Of this process's own it is seen first, and what another one has stored of it may not be known yet.
                Settle();
            }

            return Count == 0;
        }
    }

    public long Bytes => Look(static e => e.Bytes);

    /// <summary>How full it is; 1 takes no more.</summary>
    public double Fill => (double)Bytes / options.Value.SpoolBytes;

    /// <summary>How long the oldest has waited.</summary>
    public TimeSpan OldestAge =>
        Look(static e => e.Oldest?.At) is { } oldest ? time.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(oldest) : TimeSpan.Zero;

    /// <summary>Its place in the order is taken when this returns; it is safe when <see cref="SpoolEntry.Saved"/> is true.</summary>
    public SpoolOutcome Add(Append append)
    {
        SpoolEntry entry;
        lock (_lock)
        {
            if (_entries.Find(append.Sender, append.Id) is { } present)
            {
                return present.Hash.AsSpan().SequenceEqual(append.Hash) ? new SpoolRepeat(present) : SpoolConflict.Instance;
            }

            var now = time.GetUtcNow();
            entry = new SpoolEntry(append, now.ToUnixTimeMilliseconds(), folder.Board.NextTicket(now));
            if (_entries.Bytes + entry.Size > options.Value.SpoolBytes)
            {
                meter.Refused(1, "full");
                return SpoolFull.Instance;
            }

            if (_closed)
            {
                entry.Finish(false);
                return new SpoolTaken(entry);
            }

            _entries.Add(entry);
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
    public SpoolEntry? Find(Append append) => Look(e => e.Find(append.Sender, append.Id));

    /// <summary>Forgets what is stored or refused for good, whichever process did that, and deletes the files that are not needed any more.</summary>
    public void Settle()
    {
        lock (_lock)
        {
            _entries.RemoveStored();
            files.DeleteDrained();
        }
    }

    private void WriteWaiting(Action<IReadOnlyList<SpoolEntry>> saved)
    {
        List<SpoolEntry> batch;
        lock (_lock)
        {
            (batch, _waiting) = (_waiting, []);
        }

        // What comes behind one that could not be written would overtake it.
        GiveBack(batch.FindAll(e => e.Append!.After?.SentBack is not null));
        batch.RemoveAll(e => e.Saved.IsCompleted);
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
        if (!ok)
        {
            GiveBack(batch);
            return;
        }

        if (TestSwitches.QueueWithoutSpooling)
        {
            Remove(batch);
        }

        batch.ForEach(e => e.Finish(true));
    }

    private void GiveBack(List<SpoolEntry> entries)
    {
        Remove(entries);
        entries.ForEach(e => e.Append!.SendBack(AppendRefused.Unsaved));
        entries.ForEach(e => e.Finish(false));
    }

    private void Remove(List<SpoolEntry> entries)
    {
        lock (_lock)
        {
            entries.ForEach(_entries.Remove);
        }
    }

    private bool TrySave(List<SpoolEntry> batch)
    {
        if (TestSwitches.QueueWithoutSpooling)
        {
            return true;
        }

        try
        {
            var file = files.BeginWrite();
            file.Append(batch.ConvertAll(e => (ReadOnlyMemory<byte>)e.Record!), static () => CrashPoints.Pass(CrashPoints.BeforeSpoolSync));
            CrashPoints.Pass(CrashPoints.AfterSpoolSync);
            lock (_lock)
            {
                var next = file.End;
                foreach (var entry in batch)
                {
                    next += entry.Size;
                    entry.Place = (file, next);
                }
            }

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
        }

        GiveBack(left);
    }

    private T Look<T>(Func<SpoolEntries, T> question)
    {
        lock (_lock)
        {
            return question(_entries);
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
