using System.Collections.Frozen;

namespace Chat.Server.Alerts;

/// <summary>What is no news when something else fires: its consequence.</summary>
internal static class Inhibition
{
    public const string Maintenance = "maintenance";

    private static readonly FrozenDictionary<string, string> CauseOf = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["MessageFailureRate"] = "DatabaseUnavailable",
        ["DatabaseSlow"] = "DatabaseUnavailable",
        ["DatabasePoolExhausted"] = "DatabaseUnavailable",
        ["QueueOld"] = "DatabaseUnavailable",
        ["QueueStuck"] = "DatabaseUnavailable",
        ["SpoolNotDrained"] = "DatabaseUnavailable",
        ["WorkerCrash"] = "AllWorkersCrashed",
        ["ThreadPoolLag"] = "AllWorkersCrashed",
        ["MemoryHigh"] = "AllWorkersCrashed",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Also planned work must not hide that the database or all workers are gone.</summary>
    private static readonly FrozenSet<string> NeverMaintained = new[] { "DatabaseUnavailable", "AllWorkersCrashed" }.ToFrozenSet(StringComparer.Ordinal);

    public static string? By(string rule, IReadOnlySet<string> firingRules, bool maintenance)
    {
        if (CauseOf.TryGetValue(rule, out var cause) && firingRules.Contains(cause))
        {
            return cause;
        }

        return maintenance && !NeverMaintained.Contains(rule) ? Maintenance : null;
    }
}
