namespace Chat.Server.Telemetry;

/// <summary>Which process of a node this is: <c>w1</c>, <c>w2</c> …, or the node itself (empty).</summary>
internal sealed class TelemetrySource(string name, TimeProvider time)
{
    /// <summary>Becomes the <c>worker</c> label and a part of the log file's name.</summary>
    public string Name { get; } = name;

    public bool IsNode => Name.Length == 0;

    /// <summary>UTC ticks; tells one life of a worker from the next.</summary>
    public long StartedAt { get; } = time.GetUtcNow().UtcTicks;
}
