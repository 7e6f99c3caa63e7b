using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Chat.Server.Access;

/// <summary>
/// Strangers can be refused as often as they like, and every refusal is counted (<see cref="AccessMeter"/>). Written down are the first of each kind and
/// then one now and then, with the number of those between: a flood of bad requests must not become one of log lines.
/// </summary>
internal sealed class RefusalLog(TimeProvider time)
{
    public const int AtOnce = 10;
    private const double PerSecond = 0.1;

    private readonly RateLimit _lines = new(PerSecond, AtOnce, time);
    private readonly ConcurrentDictionary<string, StrongBox<long>> _leftOut = new(StringComparer.Ordinal);

    /// <param name="kind">A name of ours, nothing that a stranger chose.</param>
    /// <param name="leftOut">How many of the kind were not written since the last that was.</param>
    public bool IsDue(string kind, out long leftOut)
    {
        var count = _leftOut.GetOrAdd(kind, static _ => new StrongBox<long>());
        if (_lines.TryTake(kind, 1, out _))
        {
            leftOut = Interlocked.Exchange(ref count.Value, 0);
            return true;
        }

        Interlocked.Increment(ref count.Value);
        leftOut = 0;
        return false;
    }
}
