using System.Globalization;
using Chat.Bench.Load;
using Chat.Bench.Scenarios;
using Chat.Bench.Targets;
using Spectre.Console;

namespace Chat.Bench.Results;

/// <summary>Prints what was measured: a table a scenario, then what was to be shown.</summary>
internal sealed class ResultTables(IAnsiConsole console)
{
    private const int WidthOfFiles = 160;

    /// <summary>The terminal as it is; without colours and wide enough for every table when the output goes to a file.</summary>
    public static IAnsiConsole Console()
    {
        if (!System.Console.IsOutputRedirected)
        {
            return AnsiConsole.Console;
        }

        var plain = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors });
        plain.Profile.Width = WidthOfFiles;
        return plain;
    }

    public void Print(ResultSet results, IEnumerable<IScenario> scenarios, IReadOnlyList<Verdict> verdicts)
    {
        foreach (var scenario in scenarios)
        {
            if (results.Measurements.Any(m => m.Scenario == scenario.Name))
            {
                console.Write(Table(results, scenario));
            }
        }

        foreach (var remark in results.Remarks)
        {
            console.MarkupLineInterpolated($"[yellow]{remark.Scenario}, {Name(remark.Target)}, repeat {remark.Repeat}:[/] {remark.Text}");
        }

        if (verdicts.Count > 0)
        {
            console.Write(Table(verdicts));
        }
    }

    private static Table Table(ResultSet results, IScenario scenario)
    {
        var table = new Table { Title = new TableTitle(Markup.Escape(scenario.Title)), Border = TableBorder.Rounded };
        table.AddColumn("median (min–max)");
        foreach (var target in scenario.Targets)
        {
            table.AddColumn(new TableColumn(Name(target)).RightAligned());
        }

        var ratios = scenario.Ratios.Where(r => scenario.Targets.Contains(r.Of) && scenario.Targets.Contains(r.Against)).ToArray();
        foreach (var (of, against) in ratios)
        {
            table.AddColumn(new TableColumn($"{Name(of)}/{Name(against)}").RightAligned());
        }

        foreach (var (metric, unit) in results.Measurements.Where(m => m.Scenario == scenario.Name).Select(m => (m.Metric, m.Unit)).Distinct())
        {
            var cells = scenario.Targets.Select(t => Cell(results.Values(scenario.Name, t, metric)));
            table.AddRow([
                Markup.Escape($"{metric}, {unit}"),
                .. cells,
                .. ratios.Select(r => Ratio(results, scenario.Name, metric, r.Of, r.Against))]);
        }

        return table;
    }

    private static Table Table(IReadOnlyList<Verdict> verdicts)
    {
        var table = new Table { Title = new TableTitle("Goals"), Border = TableBorder.Rounded };
        table.AddColumns("goal", "bound", "measured (min–max)", "");
        foreach (var verdict in verdicts)
        {
            var outcome = verdict.Outcome switch
            {
                Outcome.Met => "[green]met[/]",
                Outcome.Missed => "[red]missed[/]",
                _ => "[grey]not measured[/]",
            };
            table.AddRow(Markup.Escape(verdict.Title), verdict.Bound, Text(verdict.Measured), outcome);
        }

        return table;
    }

    private static string Cell(IReadOnlyDictionary<int, double> values) => values.Count == 0 ? "" : Text(Spread.Of(values.Values));

    private static string Ratio(ResultSet results, string scenario, string metric, TargetKind of, TargetKind against)
    {
        var first = results.Values(scenario, of, metric);
        var other = results.Values(scenario, against, metric);
        var ratios = first.Where(p => other.ContainsKey(p.Key)).Select(p => p.Value / other[p.Key]).ToArray();
        return ratios.Length == 0 ? "" : Number(Spread.Of(ratios).Median);
    }

    private static string Text(Spread spread) =>
        double.IsNaN(spread.Median) ? ""
        : spread.Min == spread.Max ? Number(spread.Median)
        : $"{Number(spread.Median)} ({Number(spread.Min)}–{Number(spread.Max)})";

    private static string Number(double value) => value.ToString(
        Math.Abs(value) switch { >= 100 => "#,0", >= 10 => "0.0", _ => "0.00" },
        CultureInfo.InvariantCulture);

    private static string Name(TargetKind target) => target.ToString().ToLowerInvariant();
}
