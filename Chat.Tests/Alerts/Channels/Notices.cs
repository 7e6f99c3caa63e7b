using Chat.Server.Alerts;

namespace Chat.Tests.Alerts.Channels;

internal static class Notices
{
    public static readonly DateTimeOffset Start = new(2030, 1, 1, 0, 0, 0, 123, TimeSpan.Zero);

    public static Notification Sample(string rule = "DatabaseUnavailable", string description = "value 0, limit 1") => new(
        Guid.NewGuid().ToString("N"),
        $$"""{}:{alertname="{{rule}}",severity="critical"}""",
        rule,
        AlertSeverity.Critical,
        Firing: true,
        "http://console/admin/alerts",
        [Alert(rule, true, "w1", description, null), Alert(rule, false, "w2", description, Start.AddMinutes(1))]);

    private static NotifiedAlert Alert(string rule, bool firing, string worker, string description, DateTimeOffset? end) => new(
        firing,
        new SortedDictionary<string, string> { ["alertname"] = rule, ["severity"] = "critical", ["instance"] = "node-1", ["worker"] = worker },
        new SortedDictionary<string, string> { ["summary"] = "The database does not answer.", ["description"] = description, ["runbook_url"] = "https://wiki.example.org/chat#databaseunavailable" },
        Start,
        end,
        "http://console/admin/alerts?rule=" + rule,
        "0123456789abcdef");
}
