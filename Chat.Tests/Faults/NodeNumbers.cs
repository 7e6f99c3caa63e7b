using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Chat.Tests.Support;

namespace Chat.Tests.Faults;

/// <summary>Reads a node's health and its <c>/metrics</c>, as Prometheus would.</summary>
internal static partial class NodeNumbers
{
    /// <summary>Of the management port.</summary>
    public static async Task<(int Code, JsonElement Body)> HealthAsync(this ServerProcess node, string path = "/health")
    {
        using var answer = await node.Management.GetAsync(path);
        return ((int)answer.StatusCode, JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync()).RootElement);
    }

    /// <summary>Reads <c>/health</c> of the management port until the workers are so, and answers how long that took.</summary>
    public static async Task<TimeSpan> UntilWorkersAsync(this ServerProcess node, int total, int healthy, int crashed, TimeSpan within)
    {
        var watch = Stopwatch.StartNew();
        var wanted = $$"""{"total":{{total}},"healthy":{{healthy}},"crashed":{{crashed}}}""";
        await Eventually.EqualAsync(wanted, async () => (await node.HealthAsync()).Body.GetProperty("workers").GetRawText(), "the workers", within);
        return watch.Elapsed;
    }

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

    /// <summary>All samples of one family, with labels or without, added up.</summary>
    public static async Task<double> CountAsync(this ServerProcess node, string family)
    {
        var page = await node.Management.GetStringAsync("/metrics");
        return Regex.Matches(page, $$"""^{{family}}(\{.*\})? (\S+)$""", RegexOptions.Multiline).Sum(line => double.Parse(line.Groups[2].ValueSpan, CultureInfo.InvariantCulture));
    }

    /// <summary>How this node hears of the others: <c>redis</c>, <c>database</c> or <c>local</c>.</summary>
    public static async Task<string> ModeAsync(this ServerProcess node)
    {
        try
        {
            return (await node.SamplesAsync("chat_backplane_mode", "mode")).SingleOrDefault(mode => mode.Value > 0).Key ?? "unknown";
        }
        catch (TaskCanceledException)
        {
            return "unknown"; // A machine with too many tests at once; whoever waits for a mode asks again.
        }
    }

    [GeneratedRegex("""^(?<family>\w+)\{(?<labels>.*)\} (?<value>\S+)$""", RegexOptions.Multiline)]
    private static partial Regex Sample();
}
