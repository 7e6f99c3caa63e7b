using Chat.Admin.Parts.Dialogs;
using Chat.Contracts.Management;

namespace Chat.Admin.Parts;

/// <summary>A silence while it is being written: lines of <c>name=value</c>, a time, a comment.</summary>
public sealed class SilenceDraft
{
    private static readonly string[] Operators = ["!~", "=~", "!=", "="];
    private static readonly TimeSpan Longest = TimeSpan.FromDays(7);

    public string Matchers { get; set; } = "";

    public double Hours { get; set; } = 1;

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

    public SilenceRequest ToRequest(string comment, DateTimeOffset now) => new() { Matchers = Parse(), EndsAt = now.AddHours(Hours), Comment = comment };

    internal string? Problem()
    {
        if (Parse() is not { Count: > 0 } parsed)
        {
            return "Say what to mute, one condition a line: alertname=QueueOld.";
        }

        return parsed.Any(m => m.Name.Length == 0 || m.Operator.Length == 0) ? "Each line is a name, one of = != =~ !~, and a value."
            : Hours <= 0 || TimeSpan.FromHours(Hours) > Longest ? "A silence lasts 7 days (168 hours) at most."
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
