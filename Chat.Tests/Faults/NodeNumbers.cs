using System.Globalization;
using System.Text.RegularExpressions;
using Chat.Tests.Support;

namespace Chat.Tests.Faults;

/// <summary>Reads a node's <c>/metrics</c> as Prometheus would.</summary>
internal static partial class NodeNumbers
{
    /// <summary>The samples of one family, added up by a label's value; what has not the label is left out.</summary>
    public static async Task<IReadOnlyDictionary<string, double>> SamplesAsync(this ServerProcess node, string family, string label)
    {
        var page = await node.Management.GetStringAsync("/metrics");
        var samples = from Match line in Sample().Matches(page)
            where line.Groups["family"].Value == family
            let value = Regex.Match(line.Groups["labels"].Value, $"(^|,){label}=\"([^\"]*)\"")
            where value.Success
            group double.Parse(line.Groups["value"].ValueSpan, CultureInfo.InvariantCulture) by value.Groups[2].Value;
        return samples.ToDictionary(g => g.Key, g => g.Sum());
    }

    /// <summary>How this node hears of the others: <c>redis</c>, <c>database</c> or <c>local</c>.</summary>
    public static async Task<string> ModeAsync(this ServerProcess node) =>
        (await node.SamplesAsync("chat_backplane_mode", "mode")).SingleOrDefault(mode => mode.Value > 0).Key ?? "unknown";

    [GeneratedRegex("""^(?<family>\w+)\{(?<labels>.*)\} (?<value>\S+)$""", RegexOptions.Multiline)]
    private static partial Regex Sample();
}
