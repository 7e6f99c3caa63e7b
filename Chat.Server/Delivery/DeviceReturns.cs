namespace Chat.Server.Delivery;

/// <summary>
/// How often each device has connected to this process within the last hour, for operators: one that comes back again and again has a bad line or a bad program. Kept by
/// quarters of an hour, and no more than so many devices of each; what finds no room is not counted.
/// </summary>
internal sealed class DeviceReturns(TimeProvider time)
{
    internal const int MostOfAQuarter = 10_000;
    private const int Quarters = 4;

    private static readonly TimeSpan Quarter = TimeSpan.FromMinutes(15);

    private readonly Lock _lock = new();
    private readonly long _startedAt = time.GetTimestamp();
    private readonly Dictionary<(string User, string Device), int>[] _counts = [.. Enumerable.Range(0, Quarters).Select(_ => new Dictionary<(string, string), int>())];
    private long _quarter;

    public void Note(string user, string device)
    {
        lock (_lock)
        {
            TurnUnderLock();
            var counts = _counts[_quarter % Quarters];
            if (counts.TryGetValue((user, device), out var count) || counts.Count < MostOfAQuarter)
            {
                counts[(user, device)] = count + 1;
            }
        }
    }

    public int CountOf(string user, string device)
    {
        lock (_lock)
        {
            TurnUnderLock();
            return _counts.Sum(counts => counts.GetValueOrDefault((user, device)));
        }
    }

    private void TurnUnderLock()
    {
        var now = time.GetElapsedTime(_startedAt).Ticks / Quarter.Ticks;
        for (var turned = 0; _quarter < now && turned < Quarters; turned++)
        {
            _quarter++;
            _counts[_quarter % Quarters].Clear();
        }

        _quarter = Math.Max(_quarter, now);
    }
}
