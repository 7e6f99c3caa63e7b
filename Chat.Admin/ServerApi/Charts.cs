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
    public async Task<(ChartPicture? Chart, string? Problem)> ReadAsync(string name, string range, Role role, string? line = null)
    {
        // What is accepted, delivered and failed belongs into one picture.
        var parts = name == Traffic ? TrafficParts : [name];
        var asked = parts.SelectMany(part => reads.Nodes.Select(node => (part, node))).ToList();
        var replies = await Task.WhenAll(asked.Select(a => reads.GetAsync<ChartAnswer>(
            a.node, $"{ManagementRoutes.Chart.Replace("{id}", Uri.EscapeDataString(a.part), StringComparison.Ordinal)}?range={range}", role, FreshOf(range))));
        var answers = asked.Zip(replies)
            .Where(r => r.Second.Value is not null)
            .Select(r => Named(Chosen(r.Second.Value!, line, name == Traffic), r.First.part, r.First.node, name == Traffic))
            .ToList();
        if (answers.Count == 0)
        {
            return (null, replies.Select(r => r.Error?.Message).FirstOrDefault(m => m is not null) ?? "No node answered.");
        }

        var first = answers[0].Chart;
        return (ChartPicture.Of(name == Traffic ? "Messages" : first.Title, first.Unit, answers), null);
    }

    private ChartAnswer Named(ChartAnswer answer, string part, string node, bool byPart) => answer with
    {
        Lines = [.. answer.Lines.Select(l => l with { Name = $"{(reads.Nodes.Count > 1 ? node : "")} {(byPart ? part : l.Name)}".Trim() })],
    };

    private static ChartAnswer Chosen(ChartAnswer answer, string? line, bool byPart) =>
        answer.Chart.Name == "failed" && byPart && answer.Lines.Count > 0 ? answer with { Lines = [Sum(answer.Lines)] }
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
