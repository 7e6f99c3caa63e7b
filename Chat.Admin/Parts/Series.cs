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

    public static string BeforeName(string name) => name.Length > 0 ? $"{name} before" : "before";

    /// <summary>What the page's script needs to tell exact values under the pointer.</summary>
    public static string ToJson(ChartPicture chart) => JsonSerializer.Serialize(new
    {
        from = chart.From.ToUnixTimeMilliseconds(),
        step = chart.StepSeconds,
        lines = chart.Lines.Select(l => new { name = l.Name, values = l.Values.Select(v => Units.Of(v, chart.Unit)) })
            .Concat((chart.Before ?? []).Select(l => new { name = BeforeName(l.Name), values = l.Values.Select(v => Units.Of(v, chart.Unit)) })),
    });
}

/// <summary>A chart as it is drawn: thinned to what the eye can tell apart.</summary>
public sealed record ChartPicture(string Title, string Unit, DateTimeOffset From, double StepSeconds, IReadOnlyList<ChartLine> Lines, IReadOnlyList<ChartMarker> Markers)
{
    private const int MostPoints = 160;

    public DateTimeOffset To => From.AddSeconds(StepSeconds * Math.Max(0, Lines.Select(l => l.Values.Count).DefaultIfEmpty(1).Max() - 1));

    /// <summary>The lines of the time of the same length before, point over point; null when nobody compares.</summary>
    public IReadOnlyList<ChartLine>? Before { get; init; }

    public TimeSpan Length { get; init; }

    public double Top => LinePath.Round(Lines.Concat(Before ?? []).SelectMany(l => l.Values).Max() ?? 0);

    public static ChartPicture Of(string title, string unit, IReadOnlyList<ChartAnswer> answers, IReadOnlyList<ChartAnswer>? before = null)
    {
        // The first may have nothing to draw while others have.
        var first = answers.FirstOrDefault(a => a.Lines.Count > 0) ?? answers[0];
        var length = first.Lines.Select(l => l.Values.Count).DefaultIfEmpty(0).Max();
        var points = Math.Min(MostPoints, Math.Max(1, length));
        var lines = answers.SelectMany(a => a.Lines.Select(l => new ChartLine(l.Name, LinePath.Thin(l.Values, points)))).ToList();
        return new(title, unit, first.From, first.StepSeconds * length / points, lines, [.. answers.SelectMany(a => a.Markers)])
        {
            // Older points are coarser; a line without any is none.
            Before = before is null ? null : [.. before.SelectMany(a => a.Lines).Where(l => l.Values.Any(v => v is not null)).Select(l => new ChartLine(l.Name, LinePath.Fit(l.Values, points)))],
            Length = TimeSpan.FromSeconds(first.StepSeconds * length),
        };
    }
}
