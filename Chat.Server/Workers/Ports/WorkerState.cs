namespace Chat.Server.Workers.Ports;

internal enum WorkerState
{
    Starting,
    Healthy,
    Draining,

    /// <summary>The process lives, its heartbeat does not.</summary>
    Unresponsive,

    /// <summary>Gone without having been asked to go; what happens next is being decided.</summary>
    Crashed,

    /// <summary>Gone; the next start waits.</summary>
    BackingOff,

    /// <summary>Gone; it refuses its configuration, so that only an operator can start it again.</summary>
    Failed,

    /// <summary>Gone because it was asked to go.</summary>
    Stopped,
}

internal enum ExitReason
{
    /// <summary>It was drained or stopped.</summary>
    Requested,

    /// <summary>It left with code 0 although nobody asked.</summary>
    Unrequested,

    Crashed,
    OutOfMemory,

    /// <summary>Killed by the supervisor: no heartbeat, or never ready.</summary>
    Hung,

    /// <summary>It left before it was ready.</summary>
    RefusedToStart,
}

/// <summary>How a process ended. <c>Code</c> is 128 + the signal's number when a signal ended it.</summary>
internal sealed record WorkerExit(int Code, string? Signal, ExitReason Reason, string Text, DateTimeOffset At);
