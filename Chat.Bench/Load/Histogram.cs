using System.Numerics;

namespace Chat.Bench.Load;

/// <summary>
/// Counts durations in buckets that grow with the value: 128 steps per power of two, so a percentile is exact to
/// better than 1 %, whatever its size, and recording is one increment. Safe for any number of recording threads.
/// </summary>
internal sealed class Histogram
{
    private const int StepBits = 7;
    private const int Steps = 1 << StepBits;
    private const int Octaves = 40 - StepBits;

    private readonly long[] _counts = new long[Steps * (Octaves + 1)];
    private long _max;

    /// <summary>How many values were recorded.</summary>
    public long Count
    {
        get
        {
            long sum = 0;
            foreach (ref var count in _counts.AsSpan())
            {
                sum += Volatile.Read(ref count);
            }

            return sum;
        }
    }

    /// <summary>Greatest value recorded, in microseconds.</summary>
    public long MaxMicroseconds => Volatile.Read(ref _max);

    /// <summary>Records a duration; below zero counts as zero, beyond 12 days as 12 days.</summary>
    public void Record(long microseconds)
    {
        var value = Math.Clamp(microseconds, 0, (1L << 40) - 1);
        Interlocked.Increment(ref _counts[IndexOf(value)]);

        long seen;
        while (value > (seen = Volatile.Read(ref _max)))
        {
            if (Interlocked.CompareExchange(ref _max, value, seen) == seen)
            {
                break;
            }
        }
    }

    /// <summary>The value that <paramref name="quantile"/> (0–1) of the recorded ones do not exceed, in milliseconds; NaN when empty.</summary>
    public double Milliseconds(double quantile)
    {
        var total = Count;
        if (total == 0)
        {
            return double.NaN;
        }

        var rank = Math.Max(1, (long)Math.Ceiling(quantile * total));
        long passed = 0;
        for (var i = 0; i < _counts.Length; i++)
        {
            passed += Volatile.Read(ref _counts[i]);
            if (passed >= rank)
            {
                return Math.Min(UpperBound(i), MaxMicroseconds) / 1000.0;
            }
        }

        return MaxMicroseconds / 1000.0;
    }

    internal static int IndexOf(long value)
    {
        if (value < Steps)
        {
            return (int)value;
        }

        // Octave k (from 1) holds the values whose highest bit is StepBits + k - 1, in Steps steps of 2^(k-1).
        var octave = BitOperations.Log2((ulong)value) - StepBits + 1;
        return (octave << StepBits) + (int)((value >> (octave - 1)) - Steps);
    }

    internal static long UpperBound(int index)
    {
        var octave = index >> StepBits;
        var step = index & (Steps - 1);
        return octave == 0 ? step : ((long)(Steps + step + 1) << (octave - 1)) - 1;
    }
}
