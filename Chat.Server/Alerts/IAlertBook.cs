using Chat.Server.Alerts.Channels;
using Chat.Server.Alerts.Rules;

namespace Chat.Server.Alerts;

/// <summary>Everything an operator sees of the alerts and can do about them. Who may do what is the caller's to check.</summary>
internal interface IAlertBook
{
    /// <summary>After every evaluation and every act.</summary>
    event Action? Changed;

    AlertsPicture Current { get; }

    /// <summary>Ended alerts, newest first; by when they ended.</summary>
    IReadOnlyList<AlertView> History(DateTimeOffset? since = null, DateTimeOffset? until = null, string? rule = null);

    /// <summary>Stops repeats, does not end the alert. False: nothing with this fingerprint fires.</summary>
    bool Acknowledge(string fingerprint, string by, string note);

    bool Unacknowledge(string fingerprint, string by);

    /// <summary>What a silence would mute now; for showing before it is made.</summary>
    IReadOnlyList<AlertView> WouldSilence(IReadOnlyList<SilenceMatcher> matchers);

    SilenceAnswer Silence(SilenceDraft draft);

    /// <summary>False: there is none of this id that could still mute.</summary>
    bool ExpireSilence(string id);

    /// <summary>Each channel with what it sends when an alert fires and when it ends.</summary>
    IReadOnlyList<(string Name, ChannelFace Firing, ChannelFace Resolved)> ShowChannels();

    /// <summary>Null when it got through, else why not.</summary>
    Task<string?> TestChannelAsync(string channel, CancellationToken cancellationToken);

    /// <summary>Changes a rule until it is reset, across restarts; null when taken, else why not.</summary>
    string? ChangeRule(string rule, RuleChange change);

    bool ResetRule(string rule);

    /// <summary>Planned work: only the loss of the database or of all workers is told.</summary>
    void SetMaintenance(bool on);
}

internal sealed record AlertsPicture(
    IReadOnlyList<AlertView> Firing,
    IReadOnlyList<AlertView> Pending,
    IReadOnlyList<SilenceView> Silences,
    IReadOnlyList<RuleView> Rules,
    IReadOnlyList<ChannelView> Channels,
    bool Maintenance);

internal sealed record AlertView(
    string Fingerprint,
    string Rule,
    AlertSeverity Severity,
    AlertPhase Phase,
    IReadOnlyDictionary<string, string> Labels,
    string Summary,
    string Description,
    string Unit,
    double Value,
    double Threshold,
    DateTimeOffset StartsAt,
    DateTimeOffset? FiredAt,
    DateTimeOffset? ResolvedAt,
    Acknowledgement? Acknowledged,
    string? SilencedBy,
    string? InhibitedBy,
    bool Unknown,
    IReadOnlyList<AlertEvent> Timeline,
    IReadOnlyList<DeliveryView> Deliveries)
{
    /// <summary>Of what is pending or fires; null when nothing was read lately.</summary>
    public ReadingTrace? Trace { get; init; }
}

/// <summary>A copy of <see cref="AlertDelivery"/>.</summary>
internal sealed record DeliveryView(string Channel, DateTimeOffset At, bool Firing, DeliveryResult Result, int Attempts, DateTimeOffset? EndedAt, string? Problem);

internal sealed record SilenceView(Silence Silence, SilenceState State);

internal sealed record RuleView(
    string Name,
    AlertSeverity Severity,
    string Summary,
    string Unit,
    RuleSettings Settings,
    RuleSettings Defaults,
    bool IsChanged,
    bool Unknown,
    double? Value,
    DateTimeOffset? LastJudged);

/// <summary>Either the id of the new silence or the reason why there is none.</summary>
internal sealed record SilenceAnswer(string? Id, string? Problem);
