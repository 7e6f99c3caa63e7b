using System.Collections.Concurrent;

namespace Chat.Server.Workers.Runtime;

/// <summary>
/// How long work waits for a thread of the pool. The item that still waits counts with its age: measured only when it is over,
/// a stall would show after it has ended, and a probe that waits for its last item would sleep through it.
/// </summary>
internal sealed class PoolProbe(TimeProvider time)
{
    private readonly ConcurrentDictionary<long, long> _waiting = new();
    private long _number;
    private long _longestTicks;

    public void Send()
    {
        var number = ++_number;
        _waiting[number] = time.GetTimestamp();
        ThreadPool.UnsafeQueueUserWorkItem(Done, number, preferLocal: false);
    }

    /// <summary>The longest wait since it was last asked.</summary>
    public TimeSpan TakeLongest()
    {
        var longest = new TimeSpan(Interlocked.Exchange(ref _longestTicks, 0));
        foreach (var sent in _waiting.Values)
        {
            var age = time.GetElapsedTime(sent);
            longest = age > longest ? age : longest;
        }

        return longest;
    }

    private void Done(long number)
    {
        if (_waiting.TryRemove(number, out var sent))
        {
            InterlockedMax(time.GetElapsedTime(sent).Ticks);
        }
    }

    private void InterlockedMax(long ticks)
    {
        var seen = Interlocked.Read(ref _longestTicks);
        while (ticks > seen)
        {
            var before = Interlocked.CompareExchange(ref _longestTicks, ticks, seen);
            if (before == seen)
            {
                return;
            }

            seen = before;
        }
    }
}
