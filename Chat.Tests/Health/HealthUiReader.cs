using System.Text.Json;
using System.Text.Json.Serialization;

namespace Chat.Tests.Health;

/// <summary>
/// Reads a report with the rules of HealthChecks UI: web defaults, enums by name in any case or by number, durations in
/// TimeSpan's "c" format, entries as an object without nulls.
/// </summary>
internal static class HealthUiReader
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(namingPolicy: null, allowIntegerValues: true) },
    };

    public enum Status
    {
        Unhealthy = 0,
        Degraded = 1,
        Healthy = 2,
    }

    public static async Task<Report> ReadAsync(HttpResponseMessage response)
    {
        // Of an error the body is read only when it says that it is JSON, in these words.
        if (!response.IsSuccessStatusCode && response.Content.Headers.ContentType?.MediaType != "application/json")
        {
            throw new InvalidDataException("the reader would show one made-up entry instead of ours");
        }

        var report = JsonSerializer.Deserialize<Report>(await response.Content.ReadAsStringAsync(), Options)
            ?? throw new InvalidDataException("no report");
        foreach (var (name, entry) in report.Entries)
        {
            if (entry is null)
            {
                throw new InvalidDataException($"the entry {name} is null: the reader's whole round would end");
            }

            if (entry.Duration >= TimeSpan.FromDays(1) || name.Length > 500)
            {
                throw new InvalidDataException($"the reader cannot store the entry {name}");
            }
        }

        return report;
    }

    public sealed class Report
    {
        [JsonRequired]
        public Status Status { get; set; }

        [JsonRequired]
        public TimeSpan TotalDuration { get; set; }

        [JsonRequired]
        public Dictionary<string, Entry?> Entries { get; set; } = [];
    }

    public sealed class Entry
    {
        [JsonRequired]
        public Status Status { get; set; }

        [JsonRequired]
        public TimeSpan Duration { get; set; }

        public string? Description { get; set; }

        public string? Exception { get; set; }

        public Dictionary<string, JsonElement>? Data { get; set; }

        public string[]? Tags { get; set; }
    }
}
