using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Chat.Server.Telemetry;

/// <summary>Section <c>Telemetry</c>: numbers, traces and logs.</summary>
internal sealed class TelemetryOptions
{
    public const string Section = "Telemetry";

    /// <summary>
    /// Meters that are listened to; a trailing <c>*</c> matches any ending. Not <c>Microsoft.AspNetCore.*</c>: the memory pool's meter
    /// measures every rented block, several times a message.
    /// </summary>
    [MinLength(1)]
    public string[] Meters { get; set; } = [];

    /// <summary>Label sets kept for one instrument; more go into one overflow series.</summary>
    [Range(10, 10_000)]
    public int MaxSeriesPerInstrument { get; set; } = 200;

    /// <summary>Instruments whose numbers are kept; those that are met later are not.</summary>
    [Range(50, 10_000)]
    public int MaxInstruments { get; set; } = 400;

    /// <summary>How often a node adds its workers' numbers to its history (and its alert rules are judged).</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:00:10")]
    public TimeSpan SampleEvery { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How much of the past is kept at <see cref="SampleEvery"/>.</summary>
    [Range(typeof(TimeSpan), "00:06:00", "02:00:00")]
    public TimeSpan KeepSamples { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>Columns of the history (a histogram takes one per bucket): bounds its memory.</summary>
    [Range(500, 50_000)]
    public int MaxHistoryColumns { get; set; } = 4_000;

    /// <summary>How often the thread-pool probe queues a work item.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "00:00:10")]
    public TimeSpan QueueProbeEvery { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>A worker's share of memory in bytes, against which its own use is measured; 0 means no share is set.</summary>
    [Range(0, long.MaxValue)]
    public long WorkerMemoryLimit { get; set; }

    /// <summary>Lets others than this machine read <c>/metrics</c>, with <c>Authorization: Bearer …</c>; empty: nobody else does. Belongs in the environment.</summary>
    public string MetricsToken { get; set; } = "";

    /// <summary>Export to an OpenTelemetry collector.</summary>
    [ValidateObjectMembers]
    public OtlpOptions Otlp { get; set; } = new();

    /// <summary>Where log lines go.</summary>
    [ValidateObjectMembers]
    public LogOptions Log { get; set; } = new();
}

/// <summary>Export to an OpenTelemetry collector.</summary>
internal sealed class OtlpOptions
{
    /// <summary>Address of the collector, such as <c>http://localhost:4317</c>; empty: nothing is exported.</summary>
    public string Endpoint { get; set; } = "";

    /// <summary><c>grpc</c> or <c>http/protobuf</c>.</summary>
    [RegularExpression("^(grpc|http/protobuf)$")]
    public string Protocol { get; set; } = "grpc";

    /// <summary>How often metrics are exported.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan ExportEvery { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Share of traces that are sampled, 0 to 1.</summary>
    [Range(0.0, 1.0)]
    public double TraceRatio { get; set; } = 0.05;

    /// <summary>What the collector knows the service by (<c>service.name</c>).</summary>
    public string ServiceName { get; set; } = "chat";
}

/// <summary>Where log lines go; <c>Logging:LogLevel</c> says which.</summary>
internal sealed class LogOptions
{
    /// <summary>Whether lines are written to the standard output.</summary>
    public bool Console { get; set; } = true;

    /// <summary>One JSON object a line instead of text.</summary>
    public bool Json { get; set; }

    /// <summary>Folder of the log files; empty writes none.</summary>
    public string Folder { get; set; } = "";

    /// <summary>A file that has grown to this is followed by the next.</summary>
    [Range(1_048_576, 10_737_418_240)]
    public long MaxFileBytes { get; set; } = 52_428_800;

    /// <summary>Files kept of each process; the oldest is deleted.</summary>
    [Range(1, 1_000)]
    public int KeepFiles { get; set; } = 10;

    /// <summary>Lines that may wait for a slow disk or terminal; more are dropped and counted.</summary>
    [Range(100, 1_000_000)]
    public int MaxWaiting { get; set; } = 10_000;
}
