namespace Chat.Server.Workers.Ports;

/// <summary>
/// What the processes of this node do. There in every role: the supervisor knows first-hand, a worker repeats what the
/// supervisor told it a second ago (without log lines and beats), a single process reports itself.
/// Handlers of the events run one after the other on a thread of their own kind and must not block.
/// </summary>
internal interface IWorkersMonitor
{
    WorkersSnapshot Current { get; }

    /// <summary>The latest 200 events, oldest first.</summary>
    IReadOnlyList<WorkerEvent> Recent { get; }

    /// <summary>The latest output of a worker or companion, oldest first.</summary>
    IReadOnlyList<LogLine> LogOf(string id);

    event Action<WorkerEvent>? Happened;

    event Action<WorkerBeat>? Beat;
}
