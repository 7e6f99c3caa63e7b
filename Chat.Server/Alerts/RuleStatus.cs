using Chat.Server.Alerts.Rules;

namespace Chat.Server.Alerts;

/// <summary>How the judging of one rule goes.</summary>
internal sealed class RuleStatus(IAlertRule rule)
{
    /// <summary>One evaluation without numbers may be a worker that restarts; the second in a row is worth telling.</summary>
    private const int FailuresUntilUnknown = 2;

    public IAlertRule Rule { get; } = rule;

    /// <summary>When it was last judged with numbers.</summary>
    public long? JudgedAt { get; set; }

    public long? TriedAt { get; set; }

    public DateTimeOffset? LastJudged { get; set; }

    public int Failures { get; set; }

    public bool IsUnknown => Failures >= FailuresUntilUnknown;

    /// <summary>The worst of the latest readings.</summary>
    public double? Value { get; set; }
}
