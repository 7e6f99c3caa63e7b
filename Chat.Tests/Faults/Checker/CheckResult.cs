using System.Globalization;
using System.Text;

namespace Chat.Tests.Faults.Checker;

/// <summary>What the run consisted of, so that a pass can be seen not to be empty.</summary>
internal sealed record CheckCounts
{
    public int Sends { get; init; }

    public int Messages { get; init; }

    public int Acked { get; init; }

    public int Refused { get; init; }

    /// <summary>Neither acknowledged nor refused for good.</summary>
    public int Unknown { get; init; }

    /// <summary>Of the unknown ones: arrived after all.</summary>
    public int Recovered { get; init; }

    /// <summary>Handed to applications.</summary>
    public int Received { get; init; }

    public int WireArrivals { get; init; }

    public int WireDuplicates { get; init; }

    public int Faults { get; init; }

    public double WireDuplicateRate => WireArrivals == 0 ? 0 : (double)WireDuplicates / WireArrivals;
}

internal sealed record CheckResult(CheckCounts Counts, IReadOnlyList<Violation> Violations, IReadOnlyList<HistoryEvent> Events)
{
    private const int MostShown = 20;

    public bool Holds => Violations.Count == 0;

    public IEnumerable<Violation> Of(Invariant invariant) => Violations.Where(v => v.Invariant == invariant);

    /// <summary>
    /// Throws when a promise was broken, with the offenders and the file that the history was saved to. Throws also when
    /// nothing was acknowledged or received, for then nothing was tested.
    /// </summary>
    public CheckResult ThrowIfBroken()
    {
        if (Counts.Acked == 0 || Counts.Received == 0)
        {
            throw new InvalidOperationException($"Nothing was tested: {Counts}");
        }

        if (Holds)
        {
            return this;
        }

        var folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), "chat-histories")).FullName;
        var path = Path.Combine(folder, $"{Guid.NewGuid():N}.jsonl");
        File.WriteAllLines(path, Events.Select(e => e.ToJson()));
        throw new BrokenPromiseException($"{this}\nHistory: {path}");
    }

    public override string ToString()
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{Violations.Count} violations. {Counts}");
        foreach (var group in Violations.GroupBy(v => v.Invariant).OrderBy(g => g.Key))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"I{(int)group.Key} {group.Key}: {group.Count()}");
            foreach (var violation in group.Take(MostShown))
            {
                text.AppendLine(CultureInfo.InvariantCulture, $"  {violation}");
            }
        }

        return text.ToString();
    }
}

/// <summary>A history broke an invariant.</summary>
internal sealed class BrokenPromiseException(string message) : Exception(message);
