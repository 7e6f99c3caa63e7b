using Chat.Contracts.Management;
using Chat.Server.Health;
using Chat.Server.Management.Views;

namespace Chat.Server.Management.Live;

/// <summary>Finds what changed between two looks at the checks.</summary>
internal sealed class HealthTransitions(IHealthBook book, TimeProvider time)
{
    public const string Node = "node";
    private Dictionary<string, HealthLevel> _known = Levels(book.Current);

    public IReadOnlyList<HealthChange> Next()
    {
        var report = book.Current;
        var now = Levels(report);
        var before = Interlocked.Exchange(ref _known, now);
        return
        [
            .. now.Where(l => !before.TryGetValue(l.Key, out var known) || known != l.Value).Select(l => new HealthChange(
                l.Key,
                before.TryGetValue(l.Key, out var known) ? Words.Of(known) : null,
                Words.Of(l.Value),
                report.Find(l.Key)?.Description ?? "",
                time.GetUtcNow())),
        ];
    }

    private static Dictionary<string, HealthLevel> Levels(HealthReport report)
    {
        var levels = report.Entries.ToDictionary(e => e.Name, e => e.Level, StringComparer.Ordinal);
        levels[Node] = report.Level;
        return levels;
    }
}
