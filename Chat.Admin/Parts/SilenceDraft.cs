using System.Globalization;
using Chat.Admin.Parts.Dialogs;
using Chat.Contracts.Management;

namespace Chat.Admin.Parts;

/// <summary>A silence while it is being written: lines of <c>name=value</c>, a time, a comment.</summary>
public sealed class SilenceDraft
{
    public const string Custom = "custom";

    private static readonly string[] Operators = ["!~", "=~", "!=", "="];
    private static readonly TimeSpan Longest = TimeSpan.FromDays(7);

    public string Matchers { get; set; } = "";

    /// <summary>Hours, or <see cref="Custom"/>: then number and unit say it.</summary>
    public string Choice { get; set; } = "1";

    public double Number { get; set; } = 2;

    public string Unit { get; set; } = "hours";

    public static SilenceDraft For(AlertView? alert) => new()
    {
        Matchers = alert is null ? "" : string.Join("\n", new[] { $"alertname={alert.Rule}" }.Concat(alert.Labels.Where(l => l.Key is not "alertname" and not "severity").Select(l => $"{l.Key}={l.Value}"))),
    };

    internal Question ToQuestion() => new("New silence", "Mutes notifications of what matches; the alerts themselves go on.", "Preview")
    {
        Body = builder =>
        {
            builder.OpenComponent<SilenceFields>(0);
            builder.AddComponentParameter(1, nameof(SilenceFields.Draft), this);
            builder.CloseComponent();
        },
        ReasonRequired = true,
        ReasonLabel = "Comment",
        Problem = Problem,
    };

    // Not more than can be added to a date; what is too long is told before it is sent.
    private TimeSpan Time => TimeSpan.FromHours(Math.Clamp(
        Choice != Custom ? double.TryParse(Choice, CultureInfo.InvariantCulture, out var hours) ? hours : 0 : Unit switch { "days" => Number * 24, "hours" => Number, _ => Number / 60 }, 0, 10_000));

    public SilenceRequest ToRequest(string comment, DateTimeOffset now) => new() { Matchers = Parse(), EndsAt = now + Time, Comment = comment };

    internal string? Problem()
    {
        if (Parse() is not { Count: > 0 } parsed)
        {
            return "Say what to mute, one condition a line: alertname=QueueOld.";
        }

        return parsed.Any(m => m.Name.Length == 0 || m.Operator.Length == 0) ? "Each line is a name, one of = != =~ !~, and a value."
            : Time <= TimeSpan.Zero || Time > Longest ? "A silence lasts more than no time and 7 days (168 hours) at most."
            : null;
    }

    internal IReadOnlyList<SilenceMatcher> Parse() =>
        [.. Matchers.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Line)];

    private static SilenceMatcher Line(string line)
    {
        // The first operator in the line: the value may hold others.
        var found = Operators.Select(o => (Operator: o, At: line.IndexOf(o, StringComparison.Ordinal))).Where(o => o.At > 0).OrderBy(o => o.At).ThenByDescending(o => o.Operator.Length).FirstOrDefault();
        return found.Operator is null ? new("", "", "") : new(line[..found.At].Trim(), found.Operator, line[(found.At + found.Operator.Length)..].Trim().Trim('"'));
    }
}
