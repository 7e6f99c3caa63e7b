using Chat.Admin.Access;
using Chat.Contracts.Management;

namespace Chat.Admin.ServerApi;

/// <summary>The tables whose rows come whole, and how they are read.</summary>
internal static class LocalTables
{
    public static readonly LocalTable<AlertGroup> Alerts = new(
        g => $"{g.Alert.Rule} {g.Alert.Summary} {string.Join(' ', g.Alert.Labels.Select(l => $"{l.Key}={l.Value}"))} {g.Alert.Acknowledged?.By} {string.Join(' ', g.Nodes)}",
        ("severity", g => Grave(g.Alert.Severity)),
        ("rule", g => g.Alert.Rule),
        ("since", g => g.Alert.FiredAt ?? g.Alert.StartsAt),
        ("fired", g => g.Alert.FiredAt),
        ("ended", g => g.Alert.ResolvedAt),
        ("lasted", g => g.Alert.ResolvedAt - g.Alert.FiredAt),
        ("value", g => g.Alert.Value),
        ("acknowledged", g => g.Alert.Acknowledged?.By))
    {
        Filters = new Dictionary<string, Func<AlertGroup, string>> { ["severity"] = g => g.Alert.Severity, ["rule"] = g => g.Alert.Rule },
    };

    public static readonly LocalTable<(string Node, SilenceView Row)> Silences = new(
        s => $"{s.Node} {SilenceWords(s.Row)} {s.Row.Author} {s.Row.Comment}",
        ("state", s => s.Row.State),
        ("until", s => s.Row.EndsAt),
        ("by", s => s.Row.Author))
    {
        Filters = new Dictionary<string, Func<(string Node, SilenceView Row), string>> { ["state"] = s => s.Row.State },
    };

    public static readonly LocalTable<(string Node, RuleView Row)> Rules = new(
        r => $"{r.Node} {r.Row.Name} {r.Row.Summary}",
        ("rule", r => r.Row.Name),
        ("severity", r => Grave(r.Row.Severity)),
        ("value", r => r.Row.Value),
        ("threshold", r => r.Row.Settings.Threshold),
        ("for", r => r.Row.Settings.ForSeconds),
        ("judged", r => r.Row.LastJudged))
    {
        Filters = new Dictionary<string, Func<(string Node, RuleView Row), string>> { ["severity"] = r => r.Row.Severity },
    };

    public static readonly LocalTable<(string Node, ChannelView Row)> Channels = new(
        c => $"{c.Node} {c.Row.Name}",
        ("channel", c => c.Row.Name),
        ("state", c => c.Row.Failing),
        ("waiting", c => c.Row.Waiting),
        ("sent", c => c.Row.LastSentAt),
        ("failed", c => c.Row.LastFailedAt));

    public static readonly LocalTable<(string Node, HealthCallerView Row)> HealthCallers = new(
        c => $"{c.Node} {c.Row.Kind} {c.Row.Address} {c.Row.Path}",
        ("kind", c => c.Row.Kind),
        ("path", c => c.Row.Path),
        ("address", c => c.Row.Address),
        ("last", c => c.Row.LastAt),
        ("count", c => c.Row.Count),
        ("code", c => c.Row.LastCode))
    {
        Filters = new Dictionary<string, Func<(string Node, HealthCallerView Row), string>> { ["path"] = c => c.Row.Path },
    };

    public static readonly LocalTable<(string Node, WorkerView Row)> Workers = new(
        w => $"{w.Row.Id} {w.Row.State} {w.Row.Pid} {w.Row.Version} {w.Row.LastExit?.Reason} {w.Row.LastExit?.Signal}",
        ("id", w => w.Row.Id),
        ("state", w => w.Row.State),
        ("pid", w => w.Row.Pid),
        ("uptime", w => w.Row.UptimeSeconds),
        ("restarts", w => w.Row.Restarts),
        ("exit", w => w.Row.LastExit?.At),
        ("connections", w => w.Row.Connections),
        ("in", w => w.Row.AcceptedPerSecond),
        ("out", w => w.Row.DeliveredPerSecond),
        ("cpu", w => w.Row.CpuShare),
        ("memory", w => w.Row.MemoryBytes),
        ("delay", w => w.Row.ThreadPoolDelayP99Seconds),
        ("gc", w => w.Row.GcPauseShare),
        ("heartbeat", w => w.Row.HeartbeatAgeSeconds),
        ("version", w => w.Row.Version))
    {
        Filters = new Dictionary<string, Func<(string Node, WorkerView Row), string>> { ["node"] = w => w.Node },
    };

    public static readonly LocalTable<ConsoleUser> Users = new(
        u => $"{u.Name} {u.Role}",
        ("name", u => u.Name),
        ("role", u => u.Role),
        ("state", u => u.Disabled),
        ("codes", u => u.Second is not null),
        ("since", u => u.CreatedAt));

    public static string SilenceWords(SilenceView silence) => string.Join(", ", silence.Matchers.Select(m => $"{m.Name}{m.Operator}\"{m.Value}\""));

    /// <summary>What fires, is pending, or is silenced.</summary>
    public static IReadOnlyList<AlertGroup> Open(IEnumerable<(string Node, AlertsAnswer Answer)> answers, string phase) => AlertGroup.Of(answers.SelectMany(a => (phase switch
    {
        "pending" => a.Answer.Pending,
        "silenced" => a.Answer.Silenced,
        _ => a.Answer.Firing,
    }).Select(v => (a.Node, v))));

    /// <summary>The same rule with the same numbers on every node is one row.</summary>
    public static IEnumerable<(string Node, RuleView Row)> RulesOf(IEnumerable<(string Node, AlertsAnswer Answer)> answers) =>
        answers.SelectMany(a => a.Answer.Rules.Select(r => (a.Node, r))).DistinctBy(r => (r.r.Name, r.r.Settings));

    public static IEnumerable<(string Node, SilenceView Row)> SilencesOf(IEnumerable<(string Node, AlertsAnswer Answer)> answers) =>
        answers.SelectMany(a => a.Answer.Silences.Select(s => (a.Node, s)));

    public static IEnumerable<(string Node, ChannelView Row)> ChannelsOf(IEnumerable<(string Node, AlertsAnswer Answer)> answers) =>
        answers.SelectMany(a => a.Answer.Channels.Select(c => (a.Node, c)));

    public static IEnumerable<(string Node, HealthCallerView Row)> CallersOf(IEnumerable<(string Node, HealthCallersAnswer Answer)> answers) =>
        answers.SelectMany(a => a.Answer.Callers.Select(c => (a.Node, c)));

    /// <summary>Workers, and what else the supervisor keeps.</summary>
    public static IEnumerable<(string Node, WorkerView Row)> WorkersOf(IEnumerable<(string Node, WorkersAnswer Answer)> answers) =>
        answers.SelectMany(a => a.Answer.Workers.Concat(a.Answer.Companions).Select(w => (a.Node, w)));

    public static IReadOnlyList<AlertGroup> Ended(IEnumerable<(string Node, AlertHistoryAnswer Answer)> answers) =>
        AlertGroup.Of(answers.SelectMany(a => a.Answer.Items.Select(i => (a.Node, i))));

    /// <summary>What the nodes narrow themselves.</summary>
    public static string HistoryAddress(PageQuery query) => Address.With(
        ManagementRoutes.AlertHistory, [.. new[] { "rule", "since", "until" }.Select(f => (f, query.Filters.GetValueOrDefault(f)))]);

    private static int Grave(string severity) => severity == "critical" ? 0 : 1;
}
