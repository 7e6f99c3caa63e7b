using System.Collections.Concurrent;

namespace Chat.Bench.Load;

/// <summary>What went otherwise than planned, counted by name over all connections of a crowd.</summary>
internal sealed class Tally
{
    private readonly ConcurrentDictionary<string, long> _counts = new();

    public IReadOnlyDictionary<string, long> Counts => _counts;

    public long this[string name] => _counts.GetValueOrDefault(name);

    public static string NameOfNotice(string? kind) => $"notice {kind}";

    public void Add(string name, long count = 1)
    {
        if (count > 0)
        {
            _counts.AddOrUpdate(name, count, (_, old) => old + count);
        }
    }

    public override string ToString() => string.Join(", ", _counts.OrderBy(c => c.Key).Select(c => $"{c.Key} {c.Value}"));
}
