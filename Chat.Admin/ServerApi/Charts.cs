using Chat.Admin.Access;
using Chat.Admin.Parts;
using Chat.Contracts.Management;

namespace Chat.Admin.ServerApi;

/// <summary>Charts over all nodes, kept for as long as a point of them lasts: many viewers of the same chart cost one question.</summary>
internal sealed class Charts(SharedReads reads)
{
    private const string Traffic = "traffic";
    private static readonly string[] TrafficParts = ["accepted", "delivered", "failed"];

    /// <summary>Either the chart or why there is none.</summary>
    /// <param name="compare">With what was in the time of the same length before; a node that does not know it leaves a gap.</param>
    /// <param name="total">Workers and nodes added up, where adding makes sense.</param>
    public async Task<(ChartPicture? Chart, string? Problem)> ReadAsync(string name, string range, Role role, string? line = null, bool compare = false, bool total = false)
    {
        var asking = AskAsync(name, $"range={range}", FreshOf(range), role, line, total);
        var before = compare ? (await AskAsync(name, $"range={range}&previous=true", FreshOf(range), role, line, total)).Answers : null;
        var (answers, problem) = await asking;
        return answers.Count == 0 ? (null, problem) : (ChartPicture.Of(name == Traffic ? "Messages" : answers[0].Chart.Title, answers[0].Chart.Unit, answers, before), null);
    }

    private async Task<(List<ChartAnswer> Answers, string? Problem)> AskAsync(string name, string query, TimeSpan fresh, Role role, string? line, bool total)
    {
        // What is accepted, delivered and failed belongs into one picture.
        var parts = name == Traffic ? TrafficParts : [name];
        var asked = parts.SelectMany(part => reads.Nodes.Select(node => (part, node))).ToList();
        var replies = await Task.WhenAll(asked.Select(a => reads.GetAsync<ChartAnswer>(
            a.node, $"{ManagementRoutes.Chart.Replace("{id}", Uri.EscapeDataString(a.part), StringComparison.Ordinal)}?{query}", role, fresh)));
        var answers = asked.Zip(replies)
            .Where(r => r.Second.Value is not null)
            .Select(r => Named(Chosen(r.Second.Value!, line, name == Traffic), r.First.part, total && CanBeAdded(r.Second.Value!) ? null : r.First.node, name == Traffic))
            .ToList();
        if (total && answers.Count > 0 && CanBeAdded(answers[0]))
        {
            answers = [answers[0] with { Lines = [.. answers.SelectMany(a => a.Lines).GroupBy(l => l.Name).Select(g => Sum([.. g]) with { Name = g.Key })], Markers = [.. answers.SelectMany(a => a.Markers)] }];
        }

        return (answers, answers.Count > 0 ? null : replies.Select(r => r.Error?.Message).FirstOrDefault(m => m is not null) ?? "No node answered.");
    }

    // Times and shares are no amounts.
    private static bool CanBeAdded(ChartAnswer answer) => answer.Chart.Unit is "" or "1/s" or "By";

    // Without a node all workers are one.
    private ChartAnswer Named(ChartAnswer answer, string part, string? node, bool byPart) => answer with
    {
        Lines = [.. answer.Lines.Select(l => l with { Name = $"{(reads.Nodes.Count > 1 ? node : "")} {(byPart ? part : node is null && answer.Chart.By == "worker" ? "" : l.Name)}".Trim() })],
        Markers = reads.Nodes.Count > 1 && node is not null ? [.. answer.Markers.Select(m => m with { Text = $"{node} {m.Text}" })] : answer.Markers,
    };

    private static ChartAnswer Chosen(ChartAnswer answer, string? line, bool byPart) =>
        byPart && answer.Lines.Count > 0 ? answer with { Lines = [Sum(answer.Lines)] }
        : line is null ? answer
        : answer with { Lines = [.. answer.Lines.Where(l => l.Name == line || l.Name.EndsWith(" " + line, StringComparison.Ordinal))] };

    private static ChartLine Sum(IReadOnlyList<ChartLine> lines)
    {
        var length = lines.Select(l => l.Values.Count).DefaultIfEmpty(0).Max();
        var values = new double?[length];
        for (var i = 0; i < length; i++)
        {
            var known = lines.Where(l => i < l.Values.Count && l.Values[i] is not null).Select(l => l.Values[i]!.Value).ToList();
            values[i] = known.Count == 0 ? null : known.Sum();
        }

        return new("", values);
    }

    private static TimeSpan FreshOf(string range) => range switch
    {
        "15m" => TimeSpan.FromSeconds(2),
        "1h" => TimeSpan.FromSeconds(5),
        _ => TimeSpan.FromSeconds(20),
    };
}
