using System.Collections.Concurrent;

namespace Chat.Server.Access;

/// <summary>
/// A token bucket per key. A bucket is one number, the time at which it will be full again; nothing ticks in the background,
/// and a bucket that is full again is forgotten, so memory follows who was busy lately and not who was ever here.
/// </summary>
internal sealed class RateLimit
{
    private static readonly TimeSpan SweepEvery = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, Bucket> _buckets = new(StringComparer.Ordinal);
    private readonly TimeProvider _time;
    private readonly double _ticksPerToken;
    private readonly long _capacityTicks;
    private long _sweptAt;

    /// <param name="perSecond">0: no limit.</param>
    /// <param name="burst">What a full bucket holds.</param>
    public RateLimit(double perSecond, int burst, TimeProvider time)
    {
        (PerSecond, Burst) = (perSecond, burst);
        _time = time;
        _sweptAt = time.GetTimestamp();
        if (perSecond > 0)
        {
            _ticksPerToken = time.TimestampFrequency / perSecond;
            _capacityTicks = (long)(_ticksPerToken * burst);
        }
    }

    public double PerSecond { get; }

    public int Burst { get; }

    /// <summary>Keys that are not full again.</summary>
    public int Count => _buckets.Count;

    /// <summary>Takes <paramref name="tokens"/>, or none and tells when there will be enough.</summary>
    public bool TryTake(string key, int tokens, out TimeSpan retryAfter)
    {
        retryAfter = TimeSpan.Zero;
        if (_ticksPerToken == 0)
        {
            return true;
        }

        var now = _time.GetTimestamp();
        Sweep(now);
        // More than a bucket holds would never fit: a full bucket passes it.
        var cost = Math.Min((long)(_ticksPerToken * tokens), _capacityTicks);
        var bucket = _buckets.GetOrAdd(key, static _ => new Bucket());
        while (true)
        {
            var fullAt = Volatile.Read(ref bucket.FullAt);
            var next = Math.Max(fullAt, now) + cost;
            if (next - now > _capacityTicks)
            {
                retryAfter = TimeSpan.FromSeconds((next - now - _capacityTicks) / (double)_time.TimestampFrequency);
                return false;
            }

            if (Interlocked.CompareExchange(ref bucket.FullAt, next, fullAt) == fullAt)
            {
                return true;
            }
        }
    }

    private void Sweep(long now)
    {
        var last = Volatile.Read(ref _sweptAt);
        if (_time.GetElapsedTime(last, now) < SweepEvery || Interlocked.CompareExchange(ref _sweptAt, now, last) != last)
        {
            return;
        }

        foreach (var (key, bucket) in _buckets)
        {
            if (Volatile.Read(ref bucket.FullAt) <= now)
            {
                // A taker that holds this bucket right now loses the count of one take; that is all.
                _buckets.TryRemove(key, out _);
            }
        }
    }

    private sealed class Bucket
    {
        // A test's clock may begin at 0 or below; a new bucket is full whatever the time.
        public long FullAt = long.MinValue;
    }
}
