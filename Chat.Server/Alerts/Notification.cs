namespace Chat.Server.Alerts;

/// <summary>What a channel sends: one group, with what fires in it and what has ended.</summary>
internal sealed record Notification(
    string Id, string GroupKey, string Rule, AlertSeverity Severity, bool Firing, string ExternalUrl, IReadOnlyList<NotifiedAlert> Alerts)
{
    public string Status => Firing ? "firing" : "resolved";
}

internal sealed record NotifiedAlert(
    bool Firing,
    IReadOnlyDictionary<string, string> Labels,
    IReadOnlyDictionary<string, string> Annotations,
    DateTimeOffset StartsAt,
    DateTimeOffset? EndsAt,
    string GeneratorUrl,
    string Fingerprint)
{
    public string Status => Firing ? "firing" : "resolved";
}
