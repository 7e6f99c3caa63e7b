using Chat.Server.Telemetry.Metrics;

namespace Chat.Server.Alerts.Rules;

internal static class RuleLabels
{
    /// <summary>The node itself has no name among its workers, so its alerts have no such label.</summary>
    public static LabelSet OfWorker(string source, params KeyValuePair<string, string>[] more) =>
        source.Length == 0 ? LabelSet.Of(more) : LabelSet.Of(more.Append(KeyValuePair.Create("worker", source)));
}
