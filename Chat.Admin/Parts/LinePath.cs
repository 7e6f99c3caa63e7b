using System.Globalization;
using System.Text;

namespace Chat.Admin.Parts;

/// <summary>The geometry of lines: from zero, with a gap where nothing is known.</summary>
internal static class LinePath
{
    public static string Of(IReadOnlyList<double?> values, double width, double height, double top)
    {
        var path = new StringBuilder(values.Count * 9);
        var drawing = false;
        for (var i = 0; i < values.Count; i++)
        {
            if (values[i] is not { } value)
            {
                drawing = false;
                continue;
            }

            var x = values.Count == 1 ? width : width * i / (values.Count - 1);
            var y = height - (height * Math.Clamp(top <= 0 ? 0 : value / top, 0, 1));
            path.Append(drawing ? 'L' : 'M').Append(x.ToString("0.#", CultureInfo.InvariantCulture)).Append(' ').Append(y.ToString("0.#", CultureInfo.InvariantCulture));
            if (!drawing && (i + 1 == values.Count || values[i + 1] is null))
            {
                // A lonely point is a point.
                path.Append("h0.1");
            }

            drawing = true;
        }

        return path.ToString();
    }

    public static double TopOf(IReadOnlyList<double?> values) => values.Max() is { } most && most > 0 ? most : 1;

    /// <summary>The next 1, 2 or 5 with zeros, so that the axis has round numbers and does not jump with every point.</summary>
    public static double Round(double most)
    {
        if (most <= 0)
        {
            return 1;
        }

        var power = Math.Pow(10, Math.Floor(Math.Log10(most)));
        return new[] { 1, 2, 5, 10 }.Select(f => f * power).First(t => t >= most * 0.999);
    }

    /// <summary>Exactly so many points over the same time, whatever the steps were.</summary>
    public static IReadOnlyList<double?> Fit(IReadOnlyList<double?> values, int points) =>
        values.Count == 0 || values.Count >= points
            ? Thin(values, points)
            : [.. Enumerable.Range(0, points).Select(i => values[(int)((long)values.Count * i / points)])];

    /// <summary>At most so many points; each is the greatest of those it stands for, so that a peak is never lost.</summary>
    public static IReadOnlyList<double?> Thin(IReadOnlyList<double?> values, int most)
    {
        if (values.Count <= most)
        {
            return values;
        }

        var thin = new double?[most];
        for (var i = 0; i < most; i++)
        {
            var from = (int)((long)values.Count * i / most);
            var to = (int)((long)values.Count * (i + 1) / most);
            for (var j = from; j < to; j++)
            {
                thin[i] = values[j] is { } v && !(thin[i] >= v) ? v : thin[i];
            }
        }

        return thin;
    }
}
