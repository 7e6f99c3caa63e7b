using System.Globalization;
using System.Text.Json;

namespace Chat.Server.Health;

/// <summary>The shapes that readers of health expect; each is a contract of its own.</summary>
internal static class HealthJson
{
    /// <summary><c>/health</c>: the short shape with lower-case statuses, and all entries beside it.</summary>
    public static void WriteSummary(Utf8JsonWriter json, HealthReport report)
    {
        json.WriteStartObject();
        json.WriteString("status", Lower(report.Level));
        WriteConnection(json, report, HealthNames.Database);
        WriteConnection(json, report, HealthNames.Redis);
        WriteWorkers(json, report);
        json.WriteString("totalDuration", Duration(report.TotalDuration));
        WriteEntries(json, report, Lower);
        json.WriteEndObject();
    }

    /// <summary><c>/health/ui</c>: what HealthChecks UI reads.</summary>
    public static void WriteUi(Utf8JsonWriter json, HealthReport report)
    {
        json.WriteStartObject();
        json.WriteString("status", report.Level.ToString());
        json.WriteString("totalDuration", Duration(report.TotalDuration));
        WriteEntries(json, report, static level => level.ToString());
        json.WriteEndObject();
    }

    /// <summary><c>/ready</c>.</summary>
    public static void WriteReady(Utf8JsonWriter json, HealthReport report)
    {
        json.WriteStartObject();
        json.WriteBoolean("ready", report.Ready);
        json.WriteStartObject("checks");
        foreach (var entry in report.Entries.Where(e => e.Tags.Contains(HealthNames.ReadyTag)))
        {
            json.WriteString(entry.Name, Lower(entry.Level));
        }

        json.WriteEndObject();
        if (report.Maintenance)
        {
            json.WriteBoolean("maintenance", true);
        }

        json.WriteString("status", (report.Ready ? HealthLevel.Healthy : HealthLevel.Unhealthy).ToString());
        json.WriteEndObject();
    }

    /// <summary><c>/live</c>.</summary>
    public static void WriteLive(Utf8JsonWriter json, bool alive)
    {
        json.WriteStartObject();
        json.WriteString("status", (alive ? HealthLevel.Healthy : HealthLevel.Unhealthy).ToString());
        json.WriteEndObject();
    }

    /// <summary><c>/healthchecks-api</c>: the list that HealthChecks UI serves to its own page.</summary>
    public static void WriteApi(Utf8JsonWriter json, HealthReport report, HealthHistory history, DateTimeOffset? lastChecked)
    {
        var changes = report.Entries.SelectMany(e => history.Of(e.Name)).OrderBy(s => s.From).ToArray();
        json.WriteStartArray();
        json.WriteStartObject();
        json.WriteNumber("id", 1);
        json.WriteString("status", report.Level.ToString());
        var executed = lastChecked ?? DateTimeOffset.UnixEpoch;
        json.WriteString("onStateFrom", Moment(history.Of(HealthHistory.Whole) is [.., var last] && last.Level == report.Level ? last.From : executed));
        json.WriteString("lastExecuted", Moment(executed));
        json.WriteString("uri", "/health/ui");
        json.WriteString("name", "chat");
        json.WriteNull("discoveryService");
        json.WriteStartArray("entries");
        for (var i = 0; i < report.Entries.Count; i++)
        {
            var entry = report.Entries[i];
            json.WriteStartObject();
            json.WriteNumber("id", i + 1);
            json.WriteString("name", entry.Name);
            json.WriteString("status", entry.Level.ToString());
            json.WriteString("description", entry.Description);
            json.WriteString("duration", Duration(entry.Duration));
            WriteTags(json, entry);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("history");
        for (var i = 0; i < changes.Length; i++)
        {
            json.WriteStartObject();
            json.WriteNumber("id", i + 1);
            json.WriteString("name", changes[i].Name);
            json.WriteString("description", changes[i].Description);
            json.WriteString("status", changes[i].Level.ToString());
            json.WriteString("on", Moment(changes[i].From));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void WriteConnection(Utf8JsonWriter json, HealthReport report, string name)
    {
        var data = report.Find(name)?.Data;
        json.WriteStartObject(name);
        json.WriteBoolean("connected", data?.GetValueOrDefault("connected") is true);
        WriteValue(json, "responseTime", data?.GetValueOrDefault("responseTime"));
        json.WriteEndObject();
    }

    private static void WriteWorkers(Utf8JsonWriter json, HealthReport report)
    {
        var data = report.Find(HealthNames.Workers)?.Data;
        json.WriteStartObject(HealthNames.Workers);
        foreach (var member in new[] { "total", "healthy", "crashed" })
        {
            json.WriteNumber(member, data?.GetValueOrDefault(member) is int count ? count : 0);
        }

        json.WriteEndObject();
    }

    private static void WriteEntries(Utf8JsonWriter json, HealthReport report, Func<HealthLevel, string> status)
    {
        json.WriteStartObject("entries");
        foreach (var entry in report.Entries)
        {
            json.WriteStartObject(entry.Name);
            json.WriteString("status", status(entry.Level));
            json.WriteString("description", entry.Description);
            json.WriteString("duration", Duration(entry.Duration));
            WriteTags(json, entry);
            json.WriteStartObject("data");
            foreach (var (name, value) in entry.Data)
            {
                WriteValue(json, name, value);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteTags(Utf8JsonWriter json, HealthEntry entry)
    {
        json.WriteStartArray("tags");
        foreach (var tag in entry.Tags)
        {
            json.WriteStringValue(tag);
        }

        json.WriteEndArray();
    }

    private static void WriteValue(Utf8JsonWriter json, string name, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNull(name);
                break;
            case bool flag:
                json.WriteBoolean(name, flag);
                break;
            case int number:
                json.WriteNumber(name, number);
                break;
            case long number:
                json.WriteNumber(name, number);
                break;
            case double number when double.IsFinite(number):
                json.WriteNumber(name, number);
                break;
            default:
                json.WriteString(name, HealthText.Safe(Convert.ToString(value, CultureInfo.InvariantCulture) ?? ""));
                break;
        }
    }

    private static string Lower(HealthLevel level) => level.ToString().ToLowerInvariant();

    /// <summary>Always with a fraction; below a day, for readers keep it in a column of type time.</summary>
    private static string Duration(TimeSpan duration) =>
        (duration < TimeSpan.FromDays(1) ? duration : TimeSpan.FromDays(1) - TimeSpan.FromTicks(1)).ToString(@"hh\:mm\:ss\.fffffff", CultureInfo.InvariantCulture);

    private static string Moment(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture);
}
