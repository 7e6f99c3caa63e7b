using System.Globalization;
using System.Text.Json;

namespace Chat.Server.Alerts.Channels;

/// <summary>Version 4 of Alertmanager's webhook, so that what reads that reads this.</summary>
internal static class AlertmanagerJson
{
    public static byte[] Write(Notification notification, string receiver)
    {
        using var body = new MemoryStream();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("version", "4");
            json.WriteString("groupKey", notification.GroupKey);
            json.WriteNumber("truncatedAlerts", 0);
            json.WriteString("status", notification.Status);
            json.WriteString("receiver", receiver);
            WriteMap(json, "groupLabels", [new("alertname", notification.Rule), new("severity", notification.Severity.Name())]);
            WriteMap(json, "commonLabels", Common(notification.Alerts.Select(a => a.Labels)));
            WriteMap(json, "commonAnnotations", Common(notification.Alerts.Select(a => a.Annotations)));
            json.WriteString("externalURL", notification.ExternalUrl);
            json.WriteStartArray("alerts");
            foreach (var alert in notification.Alerts)
            {
                WriteAlert(json, alert);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return body.ToArray();
    }

    private static void WriteAlert(Utf8JsonWriter json, NotifiedAlert alert)
    {
        json.WriteStartObject();
        json.WriteString("status", alert.Status);
        WriteMap(json, "labels", alert.Labels);
        WriteMap(json, "annotations", alert.Annotations);
        json.WriteString("startsAt", Moment(alert.StartsAt));

        // The zero of the Go language: not over yet.
        json.WriteString("endsAt", alert.EndsAt is { } end ? Moment(end) : "0001-01-01T00:00:00Z");
        json.WriteString("generatorURL", alert.GeneratorUrl);
        json.WriteString("fingerprint", alert.Fingerprint);
        json.WriteEndObject();
    }

    private static IEnumerable<KeyValuePair<string, string>> Common(IEnumerable<IReadOnlyDictionary<string, string>> maps)
    {
        var all = maps.ToArray();
        return all.Length == 0 ? [] : all[0].Where(pair => all.All(map => map.TryGetValue(pair.Key, out var value) && value == pair.Value));
    }

    private static void WriteMap(Utf8JsonWriter json, string name, IEnumerable<KeyValuePair<string, string>> pairs)
    {
        json.WriteStartObject(name);
        foreach (var (key, value) in pairs)
        {
            json.WriteString(key, value);
        }

        json.WriteEndObject();
    }

    private static string Moment(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
