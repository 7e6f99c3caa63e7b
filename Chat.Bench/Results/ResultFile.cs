using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Chat.Bench.Machine;

namespace Chat.Bench.Results;

/// <summary>Everything about a run, for a machine to read and for a later run to be compared with.</summary>
internal sealed record ResultFile(
    DateTimeOffset StartedAt,
    double Seconds,
    MachineFacts Machine,
    IReadOnlyDictionary<string, string> Postgres,
    RunOptions Options,
    IReadOnlyList<Verdict> Verdicts,
    IReadOnlyList<Measurement> Measurements,
    IReadOnlyList<Remark> Remarks)
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,

        // It is a file and not part of a page: "≥" may stay readable.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public async Task WriteAsync(string file)
    {
        await using var stream = File.Create(file);
        await JsonSerializer.SerializeAsync(stream, this, Format);
    }
}
