using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using Chat.Server.Telemetry.Metrics;

namespace Chat.Server.Alerts;

internal enum AlertPhase
{
    Pending,
    Firing,
    Resolved,
}

/// <summary>One thing that is wrong, from the first sight of it to its end. Only the engine changes it, under its lock.</summary>
internal sealed class Alert
{
    private const int MostEvents = 50;

    public required string Fingerprint { get; init; }

    public required string Rule { get; init; }

    public required SortedDictionary<string, string> Labels { get; init; }

    public required AlertSeverity Severity { get; init; }

    public AlertPhase Phase { get; set; } = AlertPhase.Pending;

    /// <summary>When the condition was first seen.</summary>
    public required DateTimeOffset StartsAt { get; init; }

    public DateTimeOffset? FiredAt { get; set; }

    public DateTimeOffset? ResolvedAt { get; set; }

    /// <summary>How long the condition has held, by the monotonic clock.</summary>
    public TimeSpan HeldFor { get; set; }

    /// <summary>How long it has been gone while the alert still fires.</summary>
    public TimeSpan GoneFor { get; set; }

    public double Value { get; set; }

    public double Threshold { get; set; }

    public Acknowledgement? Acknowledged { get; set; }

    /// <summary>The rule cannot be judged at present; the phase is the last known one.</summary>
    public bool Unknown { get; set; }

    /// <summary>The silence that mutes it; null when none does.</summary>
    public string? SilencedBy { get; set; }

    /// <summary>The alert (or the maintenance) that makes this one no news; null when none does.</summary>
    public string? InhibitedBy { get; set; }

    public List<AlertEvent> Timeline { get; init; } = [];

    /// <summary>Who was told of it, oldest first.</summary>
    public List<AlertDelivery> Deliveries { get; init; } = [];

    [JsonIgnore]
    public bool IsMuted => SilencedBy is not null || InhibitedBy is not null;

    public void Note(DateTimeOffset at, string what)
    {
        Timeline.Add(new AlertEvent(at, what));
        if (Timeline.Count > MostEvents)
        {
            // The first entries tell how it began; what repeats in the middle is dropped.
            Timeline.RemoveAt(5);
        }
    }

    /// <summary>The same for the same rule and labels, on every node and after every restart.</summary>
    public static string FingerprintOf(string rule, LabelSet labels)
    {
        var text = new StringBuilder(rule);
        foreach (var (name, value) in labels.Pairs)
        {
            text.Append('\0').Append(name).Append('\0').Append(value);
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())).AsSpan(0, 8));
    }
}

internal sealed record Acknowledgement(string By, DateTimeOffset At, string Note);

internal sealed record AlertEvent(DateTimeOffset At, string What);
