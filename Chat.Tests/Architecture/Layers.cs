namespace Chat.Tests.Architecture;

/// <summary>
/// Which folder of Chat.Server may know which other ones, and which project which other ones. docs/architecture.md shows the
/// same table to people; tests hold the code and that page to this one. Program.cs sees all folders.
/// </summary>
internal static class Layers
{
    /// <summary>
    /// What watches defines ports and knows no feature; every feature may implement them. An entry with a dot allows that
    /// namespace and no more.
    /// </summary>
    public static string[] Ports { get; } = ["Health", "Workers.Ports"];

    public static IReadOnlyDictionary<string, string[]> Features { get; } = new SortedDictionary<string, string[]>(StringComparer.Ordinal)
    {
        ["Access"] = [],
        ["Api"] = ["Access", "Messaging", "Presence"],
        ["Backplane"] = ["Failpoints"],
        ["Delivery"] = ["Backplane", "Failpoints", "Storage"],
        ["Failpoints"] = [],
        ["Hubs"] = ["Access", "Delivery", "Messaging", "Presence", "Sessions"],
        ["Messaging"] = ["Access", "Realtime", "Storage"],
        ["Presence"] = ["Backplane"],
        ["Realtime"] = ["Delivery", "Failpoints", "Storage"],
        ["Sessions"] = ["Access", "Backplane", "Delivery", "Storage"],
        ["Storage"] = ["Failpoints"],
    };

    public static IReadOnlyDictionary<string, string[]> Watchers { get; } = new SortedDictionary<string, string[]>(StringComparer.Ordinal)
    {
        ["Alerts"] = ["Telemetry"],
        ["Health"] = ["Telemetry", "Workers.Ports"],
        ["Management"] = ["Alerts", "Backplane", "Delivery", "Failpoints", "Health", "Presence", "Sessions", "Storage", "Telemetry", "Workers"],
        ["Telemetry"] = ["Workers.Ports"],
        ["Workers"] = [],
    };

    /// <summary>Every folder with all that it may use.</summary>
    public static IReadOnlyDictionary<string, string[]> Folders { get; } =
        Watchers.Concat(Features.Select(f => KeyValuePair.Create(f.Key, (string[])[.. f.Value, .. Ports]))).ToDictionary();

    /// <summary>Chat.Tests may reference all.</summary>
    public static IReadOnlyDictionary<string, string[]> Projects { get; } = new SortedDictionary<string, string[]>(StringComparer.Ordinal)
    {
        ["Chat.Admin"] = ["Chat.Contracts"],
        ["Chat.Bench"] = ["Chat.Contracts"],
        ["Chat.Client"] = ["Chat.Contracts"],
        ["Chat.Contracts"] = [],
        ["Chat.Server"] = ["Chat.Contracts"],
    };

    /// <summary>As docs/architecture.md is to show it.</summary>
    public static string ToMarkdown() =>
        $"| Folder | May use |\n| --- | --- |\n{Rows(Features)}| *each of these* | {string.Join(", ", Ports)} |\n{Rows(Watchers)}";

    private static string Rows(IReadOnlyDictionary<string, string[]> table) =>
        string.Concat(table.Select(f => $"| {f.Key} | {(f.Value.Length == 0 ? "–" : string.Join(", ", f.Value))} |\n"));
}
