namespace Chat.Server.Alerts;

internal enum AlertSeverity
{
    Warning,
    Critical,
}

internal static class AlertSeverityNames
{
    public static string Name(this AlertSeverity severity) => severity == AlertSeverity.Critical ? "critical" : "warning";
}
