namespace Chat.Server.Health;

/// <summary>What health and metrics need to know of a node's workers.</summary>
internal interface IWorkerFacts
{
    WorkerFacts Current { get; }
}

/// <param name="Total">Those that are meant to run.</param>
/// <param name="Healthy">Those that serve.</param>
internal sealed record WorkerFacts(int Total, int Healthy, IReadOnlyList<WorkerFact> Workers)
{
    /// <summary>A process without workers is its own.</summary>
    public static WorkerFacts Alone { get; } = new(1, 1, []);
}

/// <param name="State">Lower case: <c>healthy</c>, <c>starting</c>, <c>draining</c>, <c>unresponsive</c>, <c>crashed</c>, <c>backing_off</c>, <c>failed</c>, <c>stopped</c>.</param>
/// <param name="Crashes">Unplanned exits since the node started.</param>
/// <param name="Restarts">Starts after the first.</param>
/// <param name="LastReason">Of the last unplanned exit: <c>signal</c>, <c>exit</c>, <c>oom</c>, <c>hang</c>.</param>
internal sealed record WorkerFact(string Id, string State, TimeSpan? Uptime, long Crashes, long Restarts, string LastReason);

internal sealed class LoneProcess : IWorkerFacts
{
    public WorkerFacts Current => WorkerFacts.Alone;
}
