using System.Globalization;
using Chat.Server.Alerts.Rules;

namespace Chat.Server.Alerts;

/// <summary>Puts alerts into words.</summary>
internal sealed class NotificationWriter(AlertsOptions options)
{
    private readonly string _instance = options.Instance.Length > 0 ? options.Instance : Environment.MachineName;
    private readonly string _external = options.ExternalUrl.TrimEnd('/') + "/admin/alerts";

    public Notification Write(AlertGroup group, IEnumerable<Alert> alerts)
    {
        var notified = alerts.Select(Write).ToArray();
        return new Notification(
            Guid.CreateVersion7().ToString("N"),
            $$"""{}:{alertname="{{group.Rule}}",severity="{{group.Severity.Name()}}"}""",
            group.Rule,
            group.Severity,
            notified.Any(a => a.Firing),
            _external,
            notified);
    }

    /// <summary>For trying a channel out.</summary>
    public Notification WriteTest(DateTimeOffset now) => new(
        Guid.CreateVersion7().ToString("N"),
        """{}:{alertname="TestNotification",severity="warning"}""",
        "TestNotification",
        AlertSeverity.Warning,
        Firing: true,
        _external,
        [
            new NotifiedAlert(
                Firing: true,
                new SortedDictionary<string, string>(StringComparer.Ordinal) { ["alertname"] = "TestNotification", ["instance"] = _instance, ["severity"] = "warning" },
                new SortedDictionary<string, string>(StringComparer.Ordinal) { ["summary"] = "This is a test. Nothing is wrong.", ["description"] = "Sent by an operator from the console." },
                now,
                EndsAt: null,
                _external,
                "test"),
        ]);

    /// <summary>For showing what a channel sends: made up, so that no name or address of this installation is in it.</summary>
    public static Notification WriteExample(DateTimeOffset now, bool firing)
    {
        var alert = new Alert
        {
            Fingerprint = "0123456789abcdef",
            Rule = "DatabaseUnavailable",
            Labels = [],
            Severity = AlertSeverity.Critical,
            Phase = firing ? AlertPhase.Firing : AlertPhase.Resolved,
            StartsAt = now.AddMinutes(-2),
            FiredAt = now.AddMinutes(-2),
            ResolvedAt = firing ? null : now,
            Threshold = 1,
        };
        var writer = new NotificationWriter(new AlertsOptions { Instance = "node-1", ExternalUrl = "https://console.example.org" });
        return writer.Write(new AlertGroup { Rule = alert.Rule, Severity = alert.Severity }, [alert]);
    }

    public static string Describe(Alert alert)
    {
        var unit = AlertRules.Find(alert.Rule)?.Unit ?? "";
        var about = alert.Labels.Count == 0 ? "" : string.Join(", ", alert.Labels.Select(l => $"{l.Key} {l.Value}")) + ": ";
        return $"{about}value {Number(alert.Value, unit)}, limit {Number(alert.Threshold, unit)}";
    }

    private NotifiedAlert Write(Alert alert)
    {
        var labels = new SortedDictionary<string, string>(alert.Labels, StringComparer.Ordinal)
        {
            ["alertname"] = alert.Rule,
            ["severity"] = alert.Severity.Name(),
            ["instance"] = _instance,
        };
        var annotations = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["summary"] = AlertRules.Find(alert.Rule)?.Summary ?? alert.Rule,
            ["description"] = Describe(alert),
        };
        if (options.RunbookOf(alert.Rule) is { } runbook)
        {
            annotations["runbook_url"] = runbook;
        }

        return new NotifiedAlert(
            alert.Phase == AlertPhase.Firing, labels, annotations, alert.StartsAt, alert.ResolvedAt, $"{_external}?rule={alert.Rule}", alert.Fingerprint);
    }

    private static string Number(double value, string unit) => unit switch
    {
        "ratio" => (value * 100).ToString("0.#", CultureInfo.InvariantCulture) + " %",
        "" => value.ToString("0.###", CultureInfo.InvariantCulture),
        _ => value.ToString("0.###", CultureInfo.InvariantCulture) + " " + unit,
    };
}
