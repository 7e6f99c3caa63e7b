using System.Text.Json;
using Chat.Contracts.Management;

namespace Chat.Admin.Parts;

/// <summary>Which of the eight colours a line has: the same name has the same one on every page.</summary>
internal static class Series
{
    private const int Colours = 8;

    private static readonly Dictionary<string, int> Fixed = new(StringComparer.OrdinalIgnoreCase)
    {
        [""] = 0, ["p50"] = 0, ["p95"] = 1, ["p99"] = 2,
        ["accepted"] = 0, ["delivered"] = 3, ["failed"] = 2,
        ["pending"] = 0, ["in_flight"] = 1, ["inflight"] = 1, ["node"] = 7,
    };

    public static int ColourOf(string name)
    {
        var last = name.Split(' ')[^1];
        if (Fixed.TryGetValue(name, out var known) || Fixed.TryGetValue(last, out known))
        {
            return known;
        }

        if (name.Length > 1 && name[0] == 'w' && int.TryParse(name.AsSpan(1), out var number))
        {
            return (number - 1) % Colours;
        }

        // Not GetHashCode: that is another one in every process.
        return name.Aggregate(7, (sum, c) => ((sum * 31) + c) & 0xFFFF) % Colours;
    }

    /// <summary>Each line its own colour where there are enough of them: those of a second node would else look like the first one's.</summary>
    public static IReadOnlyDictionary<string, int> ColoursOf(IEnumerable<string> names)
    {
        var colours = new Dictionary<string, int>();
        foreach (var name in names.Distinct())
        {
            var wished = ColourOf(name);
            colours[name] = Enumerable.Range(wished, Colours).Select(c => c % Colours).Except(colours.Values).FirstOrDefault(wished);
        }

        return colours;
    }

    public static string BeforeName(string name) => name.Length > 0 ? $"{name} before" : "before";

    /// <summary>What the page's script needs to tell exact values under the pointer.</summary>
    public static string ToJson(ChartPicture chart) => JsonSerializer.Serialize(new
    {
        from = chart.From.ToUnixTimeMilliseconds(),
        step = chart.StepSeconds,
        markers = chart.Drawn.Select(m => new { at = m.At.ToUnixTimeMilliseconds(), kind = m.Kind, text = m.Text }),
        lines = chart.Lines.Select(l => new { name = l.Name, values = l.Values.Select(v => Units.Of(v, chart.Unit)) })
            .Concat((chart.Before ?? []).Select(l => new { name = BeforeName(l.Name), values = l.Values.Select(v => Units.Of(v, chart.Unit)) })),
    });
}

/// <summary>A chart as it is drawn: thinned to what the eye can tell apart.</summary>
public sealed record ChartPicture(string Title, string Unit, DateTimeOffset From, double StepSeconds, IReadOnlyList<ChartLine> Lines, IReadOnlyList<ChartMarker> Markers)
{
    private const int MostPoints = 160;
    private const int MostMarkers = 40;

    private readonly Lazy<IReadOnlyDictionary<string, int>> _colours = new(() => Series.ColoursOf(Lines.Select(l => l.Name)));

    public DateTimeOffset To => From.AddSeconds(StepSeconds * Math.Max(0, Lines.Select(l => l.Values.Count).DefaultIfEmpty(1).Max() - 1));

    /// <summary>The markers within what is drawn; at most so many that they can be told apart.</summary>
    public IEnumerable<ChartMarker> Drawn => Markers.Where(m => m.At >= From && m.At <= To).Take(MostMarkers);

    /// <summary>The lines of the time of the same length before, point over point; null when nobody compares.</summary>
    public IReadOnlyList<ChartLine>? Before { get; init; }

    public TimeSpan Length { get; init; }

    /// <summary>A line and the one of the time before have the same.</summary>
    public int ColourOf(ChartLine line) => _colours.Value.TryGetValue(line.Name, out var colour) ? colour : Series.ColourOf(line.Name);

    public double Top => LinePath.Round(Lines.Concat(Before ?? []).SelectMany(l => l.Values).Max() ?? 0);

    public static ChartPicture Of(string title, string unit, IReadOnlyList<ChartAnswer> answers, IReadOnlyList<ChartAnswer>? before = null)
    {
        // The first may have nothing to draw while others have.
        var first = answers.FirstOrDefault(a => a.Lines.Count > 0) ?? answers[0];
        var length = first.Lines.Select(l => l.Values.Count).DefaultIfEmpty(0).Max();
        var points = Math.Min(MostPoints, Math.Max(1, length));
        var lines = answers.SelectMany(a => a.Lines.Select(l => new ChartLine(l.Name, LinePath.Thin(l.Values, points)))).ToList();
        return new(title, unit, first.From, first.StepSeconds * length / points, lines, [.. answers.SelectMany(a => a.Markers).Distinct().OrderBy(m => m.At)])
        {
            // Older points are coarser; a line without any is none.
            Before = before is null ? null : [.. before.SelectMany(a => a.Lines).Where(l => l.Values.Any(v => v is not null)).Select(l => new ChartLine(l.Name, LinePath.Fit(l.Values, points)))],
            Length = TimeSpan.FromSeconds(first.StepSeconds * length),
        };
    }
}
