using System.Net;
using Chat.Server.Telemetry;

namespace Chat.Server.Health;

/// <summary>
/// Who asked this process for its health lately: what kind of caller, of which network, how often. Neither whole addresses nor what
/// callers say of themselves are kept, and never more than a few dozen callers.
/// </summary>
internal sealed class HealthCallers(TimeProvider time)
{
    private const int Most = 60;
    private static readonly TimeSpan Kept = TimeSpan.FromHours(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Path, string Kind, string Address), Seen> _seen = [];

    public void Note(string path, string? userAgent, IPAddress? address, int code)
    {
        var key = (path, CallerKind.Of(userAgent), MaskedAddress.Of(address));
        var now = time.GetUtcNow();
        lock (_gate)
        {
            if (!_seen.TryGetValue(key, out var seen))
            {
                if (_seen.Count >= Most)
                {
                    _seen.Remove(_seen.MinBy(s => s.Value.LastAt).Key);
                }

                _seen.Add(key, seen = new Seen { FirstAt = now });
            }

            (seen.LastAt, seen.LastCode) = (now, code);
            seen.Count++;
        }
    }

    /// <summary>Those of the last hour, the latest first.</summary>
    public IReadOnlyList<HealthCaller> Lately()
    {
        var since = time.GetUtcNow() - Kept;
        lock (_gate)
        {
            return [.. _seen.Where(s => s.Value.LastAt >= since).OrderByDescending(s => s.Value.LastAt).Select(s =>
                new HealthCaller(s.Key.Path, s.Key.Kind, s.Key.Address, s.Value.FirstAt, s.Value.LastAt, s.Value.Count, s.Value.LastCode))];
        }
    }

    private sealed class Seen
    {
        public required DateTimeOffset FirstAt { get; init; }

        public DateTimeOffset LastAt { get; set; }

        public long Count { get; set; }

        public int LastCode { get; set; }
    }
}

/// <param name="Address">Without its last part.</param>
internal sealed record HealthCaller(string Path, string Kind, string Address, DateTimeOffset FirstAt, DateTimeOffset LastAt, long Count, int LastCode);
