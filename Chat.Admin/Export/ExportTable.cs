using Chat.Admin.Access;
using Chat.Admin.ServerApi;
using Chat.Contracts.Management;
using Microsoft.AspNetCore.WebUtilities;

namespace Chat.Admin.Export;

/// <summary>What can be exported, and by whom.</summary>
internal sealed record ExportTable(string Name, Role Least, Func<ExportRows, ExportSources, PageQuery, Role, Task> ReadAsync)
{
    // Further a node's lists do not go.
    private const int DeepestRow = 10_000;

    private static readonly ExportTable[] All =
    [
        new("connections", Role.Operator, (rows, s, q, r) => NodesAsync<ConnectionView>(rows, s.Fleet, ManagementRoutes.Connections, s.Fleet.Own(q), r)),
        new("users", Role.Operator, (rows, s, q, r) => UsersAsync(rows, s.Fleet, q, r)),
        new("conversations", Role.Operator, (rows, s, q, r) => SharedAsync<ConversationView>(rows, s.Fleet, ManagementRoutes.Conversations, WithAll(q), r)),
        new("queue", Role.Operator, (rows, s, q, r) => NodesAsync<QueueUserView>(rows, s.Fleet, ManagementRoutes.QueueUsers, q, r)),
        new("dead-letters", Role.Operator, (rows, s, q, r) => SharedAsync<DeadLetterView>(rows, s.Fleet, ManagementRoutes.DeadLetters, q, r)),
        new("alerts", Role.Operator, (rows, s, q, r) => AlertsAsync(rows, s.Fleet, q, r)),
        new("alerts-firing", Role.Operator, (rows, s, q, r) => OpenAlertsAsync(rows, s.Fleet, q, r, "firing")),
        new("alerts-pending", Role.Operator, (rows, s, q, r) => OpenAlertsAsync(rows, s.Fleet, q, r, "pending")),
        new("alerts-silenced", Role.Operator, (rows, s, q, r) => OpenAlertsAsync(rows, s.Fleet, q, r, "silenced")),
        new("silences", Role.Operator, (rows, s, q, r) => WholeAsync<AlertsAnswer, SilenceView>(rows, s.Fleet, ManagementRoutes.Alerts, LocalTables.Silences, LocalTables.SilencesOf, q, r)),
        new("rules", Role.Operator, (rows, s, q, r) => WholeAsync<AlertsAnswer, RuleView>(rows, s.Fleet, ManagementRoutes.Alerts, LocalTables.Rules, LocalTables.RulesOf, q, r)),
        new("channels", Role.Operator, (rows, s, q, r) => WholeAsync<AlertsAnswer, ChannelView>(rows, s.Fleet, ManagementRoutes.Alerts, LocalTables.Channels, LocalTables.ChannelsOf, q, r)),
        new("health-callers", Role.Operator, (rows, s, q, r) => WholeAsync<HealthCallersAnswer, HealthCallerView>(rows, s.Fleet, ManagementRoutes.HealthCallers, LocalTables.HealthCallers, LocalTables.CallersOf, q, r)),
        new("workers", Role.Operator, (rows, s, q, r) => WholeAsync<WorkersAnswer, WorkerView>(rows, s.Fleet, ManagementRoutes.Workers, LocalTables.Workers, LocalTables.WorkersOf, q, r)),
        new("settings", Role.Operator, (rows, s, q, r) => SettingsAsync(rows, s.Fleet, q, r)),
        new("console-users", Role.Admin, ConsoleUsersAsync),
        new("audit", Role.Admin, (rows, s, q, r) => AuditAsync(rows, s.Fleet, q, r)),
    ];

    public static ExportTable? Find(string name) => All.FirstOrDefault(t => t.Name == name);

    // As on the page: who left is told by any node, and by each the same.
    private static Task UsersAsync(ExportRows rows, Fleet fleet, PageQuery query, Role role) => query.Filters.GetValueOrDefault("state") == UserStates.Grace
        ? SharedAsync<UserView>(rows, fleet, ManagementRoutes.Users, query, role)
        : NodesAsync<UserView>(rows, fleet, ManagementRoutes.Users, fleet.Own(query), role);

    // A file has all columns, whichever the page shows.
    private static PageQuery WithAll(PageQuery query) => query with
    {
        Filters = new Dictionary<string, string>(query.Filters) { ["with"] = string.Join(',', ConversationExtras.All) },
    };

    // One node after the other: a file need not be merged.
    private static async Task NodesAsync<T>(ExportRows rows, Fleet fleet, string path, PageQuery query, Role role)
    {
        foreach (var node in fleet.Nodes)
        {
            await PagesAsync(rows, query, page => OfNodeAsync<Page<T>>(fleet, node, path + page.ToQueryString(), role), fleet.Nodes.Count > 1 ? node : null);
        }
    }

    private static async Task<Reply<T>> OfNodeAsync<T>(Fleet fleet, string node, string path, Role role)
        where T : class
    {
        var reply = await fleet.AllAsync<T>(path, role, node);
        return new(reply.Answers.Count > 0 ? reply.Answers[0].Value : null, reply.Error);
    }

    // What all nodes share, of one that answers.
    private static Task SharedAsync<T>(ExportRows rows, Fleet fleet, string path, PageQuery query, Role role) =>
        PagesAsync(rows, query, page => fleet.AnyAsync<Page<T>>(path + page.ToQueryString(), role), node: null);

    private static async Task PagesAsync<T>(ExportRows rows, PageQuery query, Func<PageQuery, Task<Reply<Page<T>>>> read, string? node)
    {
        for (var number = 1; !rows.IsCut; number++)
        {
            var reply = await read(query with { Page = number });
            if (reply.Value is not { } page)
            {
                rows.Miss(reply.Error!, node);
                return;
            }

            if (page.Partial is { } partial)
            {
                rows.Miss(node is null ? partial.Text : $"{node}: {partial.Text}");
            }

            rows.Add(page.Items);
            if (page.Items.Count < query.Size)
            {
                return;
            }

            if (number * query.Size >= DeepestRow)
            {
                if (page.More || page.Total > number * query.Size)
                {
                    rows.Cut();
                }

                return;
            }
        }
    }

    private static async Task AlertsAsync(ExportRows rows, Fleet fleet, PageQuery query, Role role)
    {
        var reply = await fleet.AllAsync<AlertHistoryAnswer>(LocalTables.HistoryAddress(query), role);
        Note(rows, reply);
        Add(rows, fleet, LocalTables.Alerts.Narrow(LocalTables.Ended(reply.Answers), query));
    }

    private static async Task OpenAlertsAsync(ExportRows rows, Fleet fleet, PageQuery query, Role role, string phase)
    {
        var reply = await fleet.AllAsync<AlertsAnswer>(ManagementRoutes.Alerts, role);
        Note(rows, reply);
        Add(rows, fleet, LocalTables.Alerts.Narrow(LocalTables.Open(reply.Answers, phase), query));
    }

    private static void Add(ExportRows rows, Fleet fleet, IReadOnlyList<AlertGroup> groups) =>
        rows.Add(groups.Select(g => (string.Join(", ", g.Nodes), g.Alert with { Trace = null, Notifications = [.. g.Notifications.Select(n => n.What)] })), fleet);

    // What every node tells whole, narrowed as the page narrows it.
    private static async Task WholeAsync<TAnswer, TRow>(
        ExportRows rows, Fleet fleet, string path, LocalTable<(string Node, TRow Row)> table, Func<IReadOnlyList<(string Node, TAnswer Value)>, IEnumerable<(string Node, TRow Row)>> of, PageQuery query, Role role)
        where TAnswer : class
    {
        var reply = await fleet.AllAsync<TAnswer>(path, role, NodeOf(fleet, query));
        Note(rows, reply);
        rows.Add(table.Narrow(of(reply.Answers), query), fleet);
    }

    // Named one by one, for what else is kept of a user is no file's business.
    private static Task ConsoleUsersAsync(ExportRows rows, ExportSources sources, PageQuery query, Role role)
    {
        rows.Add(LocalTables.Users.Narrow(sources.Users.All, query).Select(u => new { name = u.Name, role = $"{u.Role}", disabled = u.Disabled, oneTimeCodes = u.Second is not null, createdAt = u.CreatedAt }));
        return Task.CompletedTask;
    }

    /// <summary>The node that is asked alone; null: all are.</summary>
    private static string? NodeOf(Fleet fleet, PageQuery query) => query.Filters.GetValueOrDefault("node") is { } node && fleet.Nodes.Contains(node) ? node : null;

    private static void Note<T>(ExportRows rows, FleetReply<T> reply)
    {
        if (reply.Answers.Count == 0)
        {
            rows.Miss(reply.Error!);
        }
        else if (reply.Partial is { } partial)
        {
            rows.Miss(partial);
        }
    }

    private static async Task SettingsAsync(ExportRows rows, Fleet fleet, PageQuery query, Role role)
    {
        var reply = await fleet.AllAsync<SettingsAnswer>(ManagementRoutes.Settings, role, NodeOf(fleet, query));
        Note(rows, reply);
        rows.Add(SettingRows.Of(reply.Answers, query).Select(r => SettingLine.Of(fleet.Nodes.Count > 1 ? r.Node : null, r.Row)));
    }

    private static async Task AuditAsync(ExportRows rows, Fleet fleet, PageQuery query, Role role)
    {
        var node = query.Filters.GetValueOrDefault("node") is { Length: > 0 } named && fleet.Nodes.Contains(named) ? named : fleet.Nodes[0];
        long? before = null;
        do
        {
            var reply = await OfNodeAsync<Stretch<AuditEntry>>(fleet, node, AuditAddress(query, before), role);
            if (reply.Value is not { } stretch)
            {
                rows.Miss(reply.Error!);
                return;
            }

            rows.Add(stretch.Items);
            before = stretch.Before;
        }
        while (before is not null && !rows.IsCut);
    }

    private static string AuditAddress(PageQuery query, long? before) =>
        ManagementRoutes.Audit + QueryHelpers.AddQueryString("", new Dictionary<string, string?>(
            query.Filters.Where(f => f.Key != "node" && f.Value.Length > 0).Select(f => KeyValuePair.Create(f.Key, (string?)f.Value)))
            {
                ["limit"] = "200",
                ["before"] = before is null ? null : $"{before}",
            });
}

/// <summary>Where rows come from: the nodes, and the console's own users.</summary>
internal sealed record ExportSources(Fleet Fleet, UserBook Users);
