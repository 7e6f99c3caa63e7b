using Chat.Server.Workers.Ports;

namespace Chat.Server.Workers.Supervision;

/// <summary>What a process is told through its environment.</summary>
/// <param name="key">Another one at every start.</param>
/// <param name="isMissed">Its predecessor crashed.</param>
internal delegate IReadOnlyDictionary<string, string> ChildEnvironment(ChildProcess child, string key, bool isMissed);

/// <summary>What all places share.</summary>
internal sealed record SlotContext(
    IChildLauncher Launcher,
    WorkersOptions Options,
    TimeProvider Time,
    ChildEnvironment Environment,
    Action<WorkerEvent> Tell,
    Action<string, LogLine> Forward);
