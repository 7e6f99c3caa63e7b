using Chat.Server.Alerts.Channels;
using Chat.Server.Alerts.Rules;
using Microsoft.Extensions.Options;

namespace Chat.Server.Alerts;

internal sealed partial class AlertBook(AlertEngine engine, ChannelSet channels, IOptions<AlertsOptions> options, TimeProvider time, ILogger<AlertBook> logger) : IAlertBook
{
    private const int MostSilences = 200;
    private const int LongestNote = 500;

    public event Action? Changed
    {
        add => engine.Changed += value;
        remove => engine.Changed -= value;
    }

    public AlertsPicture Current
    {
        get
        {
            var now = time.GetUtcNow();
            return engine.Read((state, rules) => new AlertsPicture(
                [.. state.Open.Where(a => a.Phase == AlertPhase.Firing).OrderByDescending(a => a.Severity).ThenBy(a => a.FiredAt).Select(ViewWithTrace)],
                [.. state.Open.Where(a => a.Phase == AlertPhase.Pending).OrderByDescending(a => a.Severity).ThenBy(a => a.StartsAt).Select(ViewWithTrace)],
                [.. state.Silences.Select(s => new SilenceView(s, s.StateAt(now)))],
                [.. rules.Select(r => View(r, state))],
                [.. channels.All.Select(c => c.View)],
                state.Maintenance));
        }
    }

    public IReadOnlyList<AlertView> History(DateTimeOffset? since = null, DateTimeOffset? until = null, string? rule = null) => engine.Read<IReadOnlyList<AlertView>>((state, _) =>
        [.. state.Ended.Where(a => (since is null || a.ResolvedAt >= since) && (until is null || a.ResolvedAt < until) && (rule is null || a.Rule == rule)).Reverse().Select(View)]);

    public bool Acknowledge(string fingerprint, string by, string note) => engine.Change(state =>
    {
        if (Firing(state, fingerprint) is not { } alert)
        {
            return false;
        }

        var now = time.GetUtcNow();
        alert.Acknowledged = new Acknowledgement(Short(by), now, Short(note));
        alert.Note(now, $"acknowledged by {Short(by)}");
        return true;
    });

    public bool Unacknowledge(string fingerprint, string by) => engine.Change(state =>
    {
        if (Firing(state, fingerprint) is not { Acknowledged: not null } alert)
        {
            return false;
        }

        alert.Acknowledged = null;
        alert.Note(time.GetUtcNow(), $"acknowledgement taken back by {Short(by)}");
        return true;
    });

    public IReadOnlyList<AlertView> WouldSilence(IReadOnlyList<SilenceMatcher> matchers)
    {
        if (matchers.Count == 0 || matchers.Any(m => m.Problem() is not null))
        {
            return [];
        }

        var now = time.GetUtcNow();
        var silence = new Silence("", matchers, now, now, "", "", now);
        return engine.Read<IReadOnlyList<AlertView>>((state, _) => [.. state.Open.Where(silence.Matches).Select(View)]);
    }

    public SilenceAnswer Silence(SilenceDraft draft)
    {
        var now = time.GetUtcNow();
        if (Alerts.Silence.Problem(draft, now) is { } problem)
        {
            return new SilenceAnswer(null, problem);
        }

        var silence = new Silence(
            Guid.CreateVersion7().ToString("N"), [.. draft.Matchers], draft.StartsAt ?? now, draft.EndsAt, Short(draft.Author), Short(draft.Comment), now);
        var taken = engine.Change(state =>
        {
            if (state.Silences.Count(s => s.StateAt(now) != SilenceState.Expired) >= MostSilences)
            {
                return false;
            }

            state.Silences.Add(silence);
            return true;
        });
        return taken ? new SilenceAnswer(silence.Id, null) : new SilenceAnswer(null, $"There are {MostSilences} silences already; expire some.");
    }

    public bool ExpireSilence(string id) => engine.Change(state =>
    {
        var now = time.GetUtcNow();
        var index = state.Silences.FindIndex(s => s.Id == id && s.StateAt(now) != SilenceState.Expired);
        if (index < 0)
        {
            return false;
        }

        var silence = state.Silences[index];
        state.Silences[index] = silence with { StartsAt = silence.StartsAt < now ? silence.StartsAt : now, EndsAt = now };
        return true;
    });

    public IReadOnlyList<(string Name, ChannelFace Firing, ChannelFace Resolved)> ShowChannels()
    {
        var (fires, ended) = (NotificationWriter.WriteExample(time.GetUtcNow(), firing: true), NotificationWriter.WriteExample(time.GetUtcNow(), firing: false));
        return [.. channels.All.Select(c => (c.Name, c.Show(fires), c.Show(ended)))];
    }

    public async Task<string?> TestChannelAsync(string channel, CancellationToken cancellationToken)
    {
        var outbox = channels.All.FirstOrDefault(c => c.Name == channel);
        return outbox is null
            ? "There is no such channel."
            : await outbox.TryAsync(new NotificationWriter(options.Value).WriteTest(time.GetUtcNow()), cancellationToken);
    }

    public string? ChangeRule(string rule, RuleChange change)
    {
        if (AlertRules.Find(rule) is null)
        {
            return "There is no such rule.";
        }

        if (RuleSettings.Problem(change.Threshold, change.For, keepFiringFor: null) is { } problem)
        {
            return problem;
        }

        engine.Change(state =>
        {
            var before = state.Changes.GetValueOrDefault(rule) ?? new RuleChange();
            state.Changes[rule] = new RuleChange(change.Threshold ?? before.Threshold, change.For ?? before.For, change.Enabled ?? before.Enabled);
            return true;
        });
        Log.RuleChanged(logger, rule, change.Threshold, change.For, change.Enabled);
        return null;
    }

    public bool ResetRule(string rule) => engine.Change(state => state.Changes.Remove(rule));

    public void SetMaintenance(bool on) => engine.Change(state =>
    {
        var changes = state.Maintenance != on;
        state.Maintenance = on;
        return changes;
    });

    private static Alert? Firing(AlertState state, string fingerprint) => state.Open.Find(a => a.Fingerprint == fingerprint && a.Phase == AlertPhase.Firing);

    private static string Short(string text) => text.Length <= LongestNote ? text : text[..LongestNote];

    private static AlertView View(Alert alert)
    {
        var rule = AlertRules.Find(alert.Rule);
        return new AlertView(
            alert.Fingerprint,
            alert.Rule,
            alert.Severity,
            alert.Phase,
            alert.Labels.ToDictionary(),
            rule?.Summary ?? alert.Rule,
            NotificationWriter.Describe(alert),
            rule?.Unit ?? "",
            alert.Value,
            alert.Threshold,
            alert.StartsAt,
            alert.FiredAt,
            alert.ResolvedAt,
            alert.Acknowledged,
            alert.SilencedBy,
            alert.InhibitedBy,
            alert.Unknown,
            [.. alert.Timeline],
            [.. alert.Deliveries.Select(d => new DeliveryView(d.Channel, d.At, d.Firing, d.Result, d.Attempts, d.EndedAt, d.Problem))]);
    }

    private AlertView ViewWithTrace(Alert alert) => View(alert) with { Trace = engine.TraceOf(alert.Fingerprint) };

    private RuleView View(RuleStatus status, AlertState state) => new(
        status.Rule.Name,
        status.Rule.Severity,
        status.Rule.Summary,
        status.Rule.Unit,
        engine.SettingsOf(status.Rule),
        status.Rule.Defaults,
        state.Changes.ContainsKey(status.Rule.Name),
        status.IsUnknown,
        status.Value,
        status.LastJudged);

    private static partial class Log
    {
        [LoggerMessage(3240, LogLevel.Information, "The rule {Rule} was changed: threshold {Threshold}, for {For}, enabled {Enabled}", EventName = nameof(RuleChanged))]
        public static partial void RuleChanged(ILogger logger, string rule, double? threshold, TimeSpan? @for, bool? enabled);
    }
}
