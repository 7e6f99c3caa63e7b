using Microsoft.Extensions.Options;

namespace Chat.Admin.Access;

/// <summary>
/// Failed attempts for one name from one address. Both together, so that an outsider cannot lock an operator out; the
/// address alone has a wider limit, against one who tries many names.
/// </summary>
internal sealed class SignInLimiter(IOptions<AdminOptions> options, TimeProvider time)
{
    private const int MostKeys = 10_000;
    private const int AddressFactor = 4;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Queue<DateTimeOffset>> _failures = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>How long to wait before the next attempt; null when one may be made now.</summary>
    public TimeSpan? Wait(string name, string address)
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            var waits = new[] { WaitHoldingLock(Key(name, address), options.Value.SignInAttempts, now), WaitHoldingLock(address, options.Value.SignInAttempts * AddressFactor, now) };
            return waits.Max();
        }
    }

    public void Failed(string name, string address)
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            AddHoldingLock(Key(name, address), now);
            AddHoldingLock(address, now);
        }
    }

    public void Succeeded(string name, string address)
    {
        lock (_gate)
        {
            _failures.Remove(Key(name, address));
        }
    }

    private static string Key(string name, string address) => $"{address}\n{name}";

    private TimeSpan? WaitHoldingLock(string key, int limit, DateTimeOffset now)
    {
        if (!_failures.TryGetValue(key, out var failures))
        {
            return null;
        }

        while (failures.TryPeek(out var oldest) && now - oldest >= options.Value.SignInWindow)
        {
            failures.Dequeue();
        }

        return failures.Count < limit ? null : options.Value.SignInWindow - (now - failures.Peek());
    }

    private void AddHoldingLock(string key, DateTimeOffset now)
    {
        if (!_failures.TryGetValue(key, out var failures))
        {
            if (_failures.Count >= MostKeys)
            {
                foreach (var old in _failures.Where(f => f.Value.All(at => now - at >= options.Value.SignInWindow)).Select(f => f.Key).ToList())
                {
                    _failures.Remove(old);
                }

                if (_failures.Count >= MostKeys)
                {
                    return;
                }
            }

            _failures.Add(key, failures = new());
        }

        failures.Enqueue(now);
    }
}
