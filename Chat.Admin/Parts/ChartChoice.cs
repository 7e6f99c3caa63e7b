namespace Chat.Admin.Parts;

/// <summary>How one chart is looked at. What differs from the whole page's choice is a word of the address, so that it can be sent to somebody else.</summary>
public sealed record ChartChoice(string? Percentile, bool Total, bool Compares, bool Table)
{
    public const string Prefix = "chart.";

    /// <param name="word">Such as <c>p95.total.table</c>; what it does not say, or nobody knows, is as for the page.</param>
    /// <param name="page">The choice for all charts.</param>
    public static ChartChoice Of(string? word, ChartChoice page)
    {
        var choice = page;
        foreach (var part in (word ?? "").Split('.').Take(8))
        {
            choice = part switch
            {
                "p50" or "p95" or "p99" => choice with { Percentile = part },
                "all" => choice with { Percentile = null },
                "total" => choice with { Total = true },
                "each" => choice with { Total = false },
                "before" => choice with { Compares = true },
                "alone" => choice with { Compares = false },
                "table" => choice with { Table = true },
                "lines" => choice with { Table = false },
                _ => choice,
            };
        }

        return choice;
    }

    /// <summary>Empty when it is the page's.</summary>
    public string ToWord(ChartChoice page) => string.Join('.', new[]
    {
        Percentile == page.Percentile ? "" : Percentile ?? "all",
        Total == page.Total ? "" : Total ? "total" : "each",
        Compares == page.Compares ? "" : Compares ? "before" : "alone",
        Table == page.Table ? "" : Table ? "table" : "lines",
    }.Where(w => w.Length > 0));
}
