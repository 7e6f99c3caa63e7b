using Chat.Contracts.Management;

namespace Chat.Admin.Parts;

/// <summary>How bad something is; decides colour and icon. The word beside them says what it is.</summary>
public enum Level
{
    Unknown,
    Good,
    Info,
    Warn,
    Bad,
}

internal static class Levels
{
    public static Level OfHealth(string? status) => status?.ToLowerInvariant() switch
    {
        HealthStatuses.Healthy => Level.Good,
        HealthStatuses.Degraded => Level.Warn,
        HealthStatuses.Unhealthy => Level.Bad,
        _ => Level.Unknown,
    };

    public static Level OfWorker(string state) => state switch
    {
        WorkerStates.Healthy => Level.Good,
        WorkerStates.Starting => Level.Info,
        WorkerStates.Draining or WorkerStates.Unresponsive => Level.Warn,
        WorkerStates.Crashed or WorkerStates.BackingOff or WorkerStates.Failed => Level.Bad,
        _ => Level.Unknown,
    };

    /// <summary>Starting after a crash is the crash's aftermath and as red: the first restart is so quick that the crash itself is hardly seen.</summary>
    public static (Level Level, string Word) OfWorker(WorkerView worker) =>
        worker is { State: WorkerStates.Starting, LastExit: { Reason: not "requested" } exit }
            ? (Level.Bad, $"restarting ({exit.Signal ?? exit.Reason})")
            : (OfWorker(worker.State), worker.State);

    public static Level OfSeverity(string? severity) => severity switch
    {
        "critical" => Level.Bad,
        "warning" => Level.Warn,
        "info" => Level.Info,
        _ => Level.Unknown,
    };

    /// <summary>For eyes and ears that have no use for the colour.</summary>
    public static string Spoken(this Level level) => level switch
    {
        Level.Good => "good",
        Level.Info => "note",
        Level.Warn => "warning",
        Level.Bad => "critical",
        _ => "",
    };

    public static string Word(this Level level) => level switch
    {
        Level.Good => "good",
        Level.Info => "info",
        Level.Warn => "warn",
        Level.Bad => "bad",
        _ => "unknown",
    };
}
