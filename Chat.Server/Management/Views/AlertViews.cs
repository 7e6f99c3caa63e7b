using Chat.Contracts.Management;
using Chat.Server.Alerts;
using Chat.Server.Alerts.Rules;
using Microsoft.Extensions.Options;
using AlertView = Chat.Contracts.Management.AlertView;
using ChannelView = Chat.Contracts.Management.ChannelView;
using RuleView = Chat.Contracts.Management.RuleView;
using SilenceMatcher = Chat.Contracts.Management.SilenceMatcher;
using SilenceView = Chat.Contracts.Management.SilenceView;

namespace Chat.Server.Management.Views;

/// <summary>Alerts as the API tells them.</summary>
internal sealed class AlertViews(IAlertBook book, IOptions<AlertsOptions> options)
{
    public AlertsAnswer All()
    {
        var now = book.Current;
        var firing = now.Firing.Select(ViewWithTrace).ToArray();
        return new()
        {
            Firing = firing,
            Pending = [.. now.Pending.Select(ViewWithTrace)],
            Silenced = [.. firing.Where(a => a.SilencedBy is not null)],
            Silences = [.. now.Silences.Select(View)],
            Rules = [.. now.Rules.Select(View)],
            Channels = [.. now.Channels.Select(View)],
            Maintenance = now.Maintenance,
        };
    }

    public AlertHistoryAnswer History(DateTimeOffset? since, DateTimeOffset? until, string? rule)
    {
        var ended = book.History(since, until, rule).Select(View).ToArray();
        return new()
        {
            Items = ended,
            MeanSecondsToAcknowledge = Mean(ended.Where(a => a.Acknowledged is not null).Select(a => a.Acknowledged!.At - a.FiredAt)),
            MeanSecondsToResolve = Mean(ended.Select(a => a.ResolvedAt - a.FiredAt)),
        };
    }

    /// <param name="withTargets">Where they go is a setting, whose value not everybody sees.</param>
    public ChannelCard[] Cards(bool withTargets) =>
    [
        .. book.ShowChannels().Select(c => new ChannelCard
        {
            Name = c.Name, Kind = c.Firing.Kind, Target = withTargets ? c.Firing.Target : null, Signed = c.Firing.Signed, Firing = c.Firing.Payload, Resolved = c.Resolved.Payload,
        }),
    ];

    public AlertView View(Alerts.AlertView alert) => new()
    {
        Fingerprint = alert.Fingerprint,
        Rule = alert.Rule,
        Severity = alert.Severity.Name(),
        Phase = alert.Phase.ToString().ToLowerInvariant(),
        Labels = alert.Labels,
        Summary = alert.Summary,
        Description = alert.Description,
        Unit = alert.Unit,
        Value = Finite(alert.Value),
        Threshold = Finite(alert.Threshold),
        StartsAt = alert.StartsAt,
        FiredAt = alert.FiredAt,
        ResolvedAt = alert.ResolvedAt,
        Acknowledged = alert.Acknowledged is { } taken ? new(taken.By, taken.At, taken.Note) : null,
        SilencedBy = alert.SilencedBy,
        InhibitedBy = alert.InhibitedBy,
        Unknown = alert.Unknown,
        Runbook = options.Value.RunbookOf(alert.Rule) ?? $"docs/operations.md#{alert.Rule.ToLowerInvariant()}",
        Timeline = [.. alert.Timeline.Select(e => new AlertEventView(e.At, e.What))],
        Notifications = [.. alert.Deliveries.Select(View)],
    };

    // Only in the list: the live feed and the history are read by many, and oftener.
    private AlertView ViewWithTrace(Alerts.AlertView alert) => View(alert) with
    {
        Trace = alert.Trace is { } trace ? new ValueTrace(trace.From, trace.Step.TotalSeconds, trace.Values) : null,
    };

    private static NotificationView View(DeliveryView delivery) => new()
    {
        Channel = delivery.Channel,
        At = delivery.At,
        Of = delivery.Firing ? "firing" : "resolved",
        Result = delivery.Result.ToString().ToLowerInvariant(),
        Attempts = delivery.Attempts,
        EndedAt = delivery.EndedAt,
        Problem = delivery.Problem,
    };

    private static SilenceView View(Alerts.SilenceView view) => new()
    {
        Id = view.Silence.Id,
        State = view.State.ToString().ToLowerInvariant(),
        Matchers = [.. view.Silence.Matchers.Select(m => new SilenceMatcher(m.Name, m.Operator, m.Value))],
        StartsAt = view.Silence.StartsAt,
        EndsAt = view.Silence.EndsAt,
        Author = view.Silence.Author,
        Comment = view.Silence.Comment,
    };

    private static RuleView View(Alerts.RuleView rule) => new()
    {
        Name = rule.Name,
        Severity = rule.Severity.Name(),
        Summary = rule.Summary,
        Unit = rule.Unit,
        Breach = rule.Settings.Breach == Breach.Above ? "above" : "below",
        Settings = Numbers(rule.Settings),
        Defaults = Numbers(rule.Defaults),
        IsChanged = rule.IsChanged,
        Unknown = rule.Unknown,
        Value = rule.Value is { } value ? Finite(value) : null,
        LastJudged = rule.LastJudged,
    };

    private static RuleNumbers Numbers(RuleSettings settings) => new()
    {
        Enabled = settings.Enabled,
        Threshold = settings.Threshold,
        ResolveThreshold = settings.ResolveThreshold,
        ForSeconds = settings.For.TotalSeconds,
        KeepFiringSeconds = settings.KeepFiringFor.TotalSeconds,
    };

    private static ChannelView View(Alerts.Channels.ChannelView channel) => new()
    {
        Name = channel.Name,
        Failing = channel.Failing,
        Waiting = channel.Waiting,
        LastSentAt = channel.LastSent,
        LastFailedAt = channel.LastFailed,
    };

    private static double? Mean(IEnumerable<TimeSpan?> spans) => spans.OfType<TimeSpan>().Select(s => s.TotalSeconds).ToArray() is { Length: > 0 } all ? all.Average() : null;

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
