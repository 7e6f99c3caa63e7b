using Chat.Server.Workers.Ports;

namespace Chat.Server.Workers.Supervision;

internal enum KilledFor
{
    Nothing,
    NoHeartbeat,
    NeverReady,
    DrainOverrun,
}

/// <summary>What is known about a process that ended.</summary>
internal sealed record ExitFacts(int Code, bool WasReady, bool Requested, KilledFor KilledFor, bool OutOfMemory);

/// <summary>Tells apart why a process ended; an operator treats a crash, a hang, a lack of memory and a refusal differently.</summary>
internal static class ExitJudge
{
    private const int SignalBase = 128;
    private const int Abort = SignalBase + 6;

    private static readonly Dictionary<int, string> Signals = new()
    {
        [1] = "SIGHUP",
        [2] = "SIGINT",
        [3] = "SIGQUIT",
        [4] = "SIGILL",
        [6] = "SIGABRT",
        [7] = "SIGBUS",
        [8] = "SIGFPE",
        [9] = "SIGKILL",
        [11] = "SIGSEGV",
        [13] = "SIGPIPE",
        [15] = "SIGTERM",
    };

    public static WorkerExit Judge(ExitFacts facts, DateTimeOffset at)
    {
        var signal = Signals.GetValueOrDefault(facts.Code - SignalBase);
        var (reason, text) = Reason(facts, signal);
        return new(facts.Code, signal, reason, text, at);
    }

    private static (ExitReason Reason, string Text) Reason(ExitFacts facts, string? signal)
    {
        var how = signal is null ? $"exit code {facts.Code}" : $"{signal} (exit code {facts.Code})";
        return facts switch
        {
            { KilledFor: KilledFor.DrainOverrun } => (ExitReason.Requested, "killed, because draining took longer than its window"),
            { KilledFor: KilledFor.NoHeartbeat } => (ExitReason.Hung, "killed, because its heartbeat had stopped"),
            { KilledFor: KilledFor.NeverReady } => (ExitReason.Hung, "killed, because it did not become ready"),
            { OutOfMemory: true } => (ExitReason.OutOfMemory, $"out of memory: {how}"),
            { Requested: true } => (ExitReason.Requested, $"as asked: {how}"),

            // An unhandled exception ends .NET with SIGABRT; before readiness that is a refusal, any other signal came from outside.
            { WasReady: false } when signal is null || facts.Code == Abort => (ExitReason.RefusedToStart, $"left before it was ready: {how}"),
            { Code: 0 } => (ExitReason.Unrequested, "left with exit code 0, although nobody had asked"),
            _ => (ExitReason.Crashed, how),
        };
    }
}
