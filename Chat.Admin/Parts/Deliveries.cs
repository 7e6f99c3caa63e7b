using Chat.Contracts.Management;

namespace Chat.Admin.Parts;

/// <summary>Notifications in words.</summary>
internal static class Deliveries
{
    public static Level LevelOf(NotificationView what) => what.Result switch
    {
        "sent" => Level.Good,
        "failed" => Level.Bad,
        "dropped" => Level.Warn,
        _ => Level.Info,
    };

    public static string Describe(NotificationView what) =>
        $"{(what.Of == "resolved" ? "that it ended" : "that it fires")}, {Outcome(what)}{(what.Problem is { Length: > 0 } problem ? $": {problem}" : "")}";

    private static string Outcome(NotificationView what) => what.Result switch
    {
        "sent" => $"sent at {Units.Stamp(what.EndedAt)} {Tries(what.Attempts)}",
        "failed" => $"given up at {Units.Stamp(what.EndedAt)} {Tries(what.Attempts)}",
        "dropped" => $"dropped at {Units.Stamp(what.EndedAt)}",
        _ => what.Attempts == 0 ? "waiting" : $"waiting {Tries(what.Attempts)}",
    };

    private static string Tries(int attempts) => attempts == 1 ? "after 1 attempt" : $"after {attempts} attempts";
}
