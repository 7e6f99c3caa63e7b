using Chat.Server.Telemetry.Metrics;

namespace Chat.Server.Alerts.Rules;

/// <summary>Failed through the server's fault over attempted, in a sliding window. A client's mistake is not a failure; a handful of attempts is no rate.</summary>
internal sealed class MessageFailureRate : IAlertRule
{
    private const double FewestAttempts = 20;

    public string Name => nameof(MessageFailureRate);

    public AlertSeverity Severity => AlertSeverity.Critical;

    public string Summary => "Too many messages fail.";

    public string Unit => "ratio";

    // At 6 % the share passes 5 % when five sixths of the window are full of it; the pause comes on top, and all of it must fit into a minute.
    public RuleSettings Defaults { get; } = new(Breach.Above, 0.05, For: TimeSpan.FromSeconds(15), KeepFiringFor: TimeSpan.FromSeconds(60)) { Window = TimeSpan.FromSeconds(45) };

    public RuleOutcome Measure(MetricsView view, RuleSettings settings)
    {
        var accepted = view.Increase("chat.message.accepted", settings.Window).Sum(r => r.Value);
        var failed = view.Increase("chat.message.failed", settings.Window, labels => !labels.Has("fault", "client")).Sum(r => r.Value);
        return accepted + failed < FewestAttempts
            ? RuleOutcome.Nothing
            : RuleOutcome.Of(new RuleReading(LabelSet.Empty, failed / (accepted + failed)));
    }
}
