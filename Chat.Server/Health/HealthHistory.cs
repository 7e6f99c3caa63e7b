namespace Chat.Server.Health;

/// <summary>One stretch of time that a check spent at one level; <c>Until</c> is null while it lasts.</summary>
internal sealed record HealthStretch(string Name, HealthLevel Level, string Description, DateTimeOffset From, DateTimeOffset? Until);

/// <summary>Every change of every check, so that flapping under an unchanged whole leaves a trace.</summary>
internal sealed class HealthHistory(TimeProvider time)
{
    /// <summary>The name under which the levels of the whole are kept; no check has it.</summary>
    public const string Whole = "";

    private const int MostStretches = 500;
    private static readonly TimeSpan Kept = TimeSpan.FromDays(7);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, LinkedList<HealthStretch>> _stretches = new(StringComparer.Ordinal);

    /// <summary>The earlier stretch when this is a change of level; null when it is not or when nothing was known.</summary>
    public HealthStretch? Add(string name, HealthLevel level, string description)
    {
        var now = time.GetUtcNow();
        lock (_gate)
        {
            if (!_stretches.TryGetValue(name, out var list))
            {
                _stretches.Add(name, list = []);
            }

            var last = list.Last?.Value;
            if (last?.Level == level)
            {
                return null;
            }

            if (last is not null)
            {
                list.Last!.Value = last with { Until = now };
            }

            list.AddLast(new HealthStretch(name, level, description, now, Until: null));
            while (list.Count > MostStretches || list.First!.Value.Until < now - Kept)
            {
                list.RemoveFirst();
            }

            return last;
        }
    }

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<HealthStretch> Of(string name)
    {
        lock (_gate)
        {
            return _stretches.TryGetValue(name, out var list) ? [.. list] : [];
        }
    }

    /// <summary>Share of the window (as far as it is known) that the check was not unhealthy; null when nothing is known.</summary>
    public double? Uptime(string name, TimeSpan window)
    {
        var now = time.GetUtcNow();
        var begin = now - window;
        TimeSpan known = default, up = default;
        foreach (var stretch in Of(name))
        {
            var from = stretch.From > begin ? stretch.From : begin;
            var length = (stretch.Until ?? now) - from;
            if (length <= TimeSpan.Zero)
            {
                continue;
            }

            known += length;
            up += stretch.Level == HealthLevel.Unhealthy ? TimeSpan.Zero : length;
        }

        return known > TimeSpan.Zero ? up / known : null;
    }
}
