using System.Collections.Concurrent;
using Chat.Server.Storage;
using Chat.Server.Storage.Cursors;
using Microsoft.Extensions.Options;

namespace Chat.Server.Delivery.Acks;

/// <summary>
/// Gathers acknowledgements and writes them as few cursors. What a crash loses here is delivered again; what is lost in an outage
/// is not, for it stays here until storage is back.
/// </summary>
internal sealed partial class CursorKeeper(
    CursorStore cursors, StorageBreaker breaker, IOptions<DeliveryOptions> options, TimeProvider time, ILogger<CursorKeeper> logger) : BackgroundService
{
    private const int MostAtOnce = 2_000;

    /// <summary>Where devices connect without a pause there is always somebody reading; beyond this some of them are sent an event again.</summary>
    private const int MostKept = 50_000;

    private readonly ConcurrentDictionary<CursorKey, long> _dirty = new();
    private readonly ConcurrentDictionary<CursorKey, long> _written = new();
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _hurry = new(0, 1);
    private int _readers;

    /// <summary>Cursors that wait to be written.</summary>
    public int Waiting => _dirty.Count;

    /// <summary>Notes how far a device has acknowledged.</summary>
    public void Mark(CursorKey key, long seq) =>
        _dirty.AddOrUpdate(key, static (_, now) => now, static (_, before, now) => Math.Max(before, now), seq);

    /// <summary>
    /// Held by whoever reads cursors from storage until the last <see cref="Find"/>: what is written in between, perhaps after it was read,
    /// stays to be found.
    /// </summary>
    public IDisposable BeginReading()
    {
        lock (_lock)
        {
            _readers++;
        }

        return new Reading(this);
    }

    /// <summary>What is noted and perhaps not written yet, or was written since a reading began; 0 for nothing.</summary>
    public long Find(CursorKey key) => Math.Max(_dirty.GetValueOrDefault(key), _written.GetValueOrDefault(key));

    /// <summary>Drops what is noted: the log was rewound.</summary>
    public void Forget(CursorKey key)
    {
        lock (_lock)
        {
            _dirty.TryRemove(key, out _);
            _written.TryRemove(key, out _);
        }
    }

    /// <summary>Writes without waiting for the interval: a device left and may come back elsewhere.</summary>
    public void FlushSoon()
    {
        lock (_hurry)
        {
            if (_hurry.CurrentCount == 0)
            {
                _hurry.Release();
            }
        }
    }

    /// <summary>Writes what is noted now. What was noted meanwhile stays noted.</summary>
    public async Task FlushAsync(CancellationToken cancellation)
    {
        // One order for all writers of cursors, so that two nodes never wait for each other in a circle. Of a copy made by the dictionary itself:
        // LINQ asks it for its count first and fails when it has grown until it copies.
        foreach (var part in _dirty.ToArray().OrderBy(d => d.Key).Chunk(MostAtOnce))
        {
            await cursors.SaveAsync([.. part.Select(d => new AckedCursor(d.Key.User, d.Key.Device, d.Key.Conversation, d.Value))], cancellation);
            lock (_lock)
            {
                foreach (var written in part)
                {
                    if (_readers > 0 && _written.Count < MostKept && _dirty.ContainsKey(written.Key))
                    {
                        _written[written.Key] = written.Value;
                    }

                    _dirty.TryRemove(written);
                }
            }
        }
    }

    private void EndReading()
    {
        lock (_lock)
        {
            if (--_readers == 0)
            {
                _written.Clear();
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await _hurry.WaitAsync(options.Value.CursorInterval, stop);
                await breaker.WaitUntilClosedAsync(stop);
                await FlushAsync(stop);
            }
            catch (StorageUnavailableException)
            {
                // Still noted; written when storage is back.
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                break;
            }
            catch (Exception e)
            {
                Log.FlushFault(logger, e);
            }
        }

        await LastFlushAsync();
    }

    private async Task LastFlushAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2), time);
        try
        {
            await FlushAsync(limit.Token);
        }
        catch (Exception e)
        {
            Log.FlushFault(logger, e);
        }
    }

    private sealed class Reading(CursorKeeper keeper) : IDisposable
    {
        private CursorKeeper? _keeper = keeper;

        public void Dispose() => Interlocked.Exchange(ref _keeper, null)?.EndReading();
    }

    private static partial class Log
    {
        [LoggerMessage(1220, LogLevel.Warning, "Cursors could not be written; their events will be delivered again", EventName = "CursorFlushFault")]
        public static partial void FlushFault(ILogger logger, Exception exception);
    }
}

/// <summary>Whose cursor, on which device, in which conversation. Ordered by byte value.</summary>
internal readonly record struct CursorKey(string User, string Device, string Conversation) : IComparable<CursorKey>
{
    public int CompareTo(CursorKey other) =>
        string.CompareOrdinal(User, other.User) is var user and not 0 ? user
        : string.CompareOrdinal(Device, other.Device) is var device and not 0 ? device
        : string.CompareOrdinal(Conversation, other.Conversation);
}
