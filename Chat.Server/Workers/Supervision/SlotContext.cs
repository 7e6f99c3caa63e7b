using Chat.Server.Workers.Ports;

namespace Chat.Server.Workers.Supervision;

/// <summary>What all places share.</summary>
internal sealed record SlotContext(
    IChildLauncher Launcher,
    WorkersOptions Options,
    TimeProvider Time,
    Func<ChildProcess, string, IReadOnlyDictionary<string, string>> Environment,
    Action<WorkerEvent> Tell,
    Action<string, LogLine> Forward);
