using Chat.Admin.Access;
using Chat.Admin.ServerApi;
using Chat.Contracts.Management;
using Microsoft.AspNetCore.WebUtilities;

namespace Chat.Admin.Export;

/// <summary>What can be exported, and by whom.</summary>
internal sealed record ExportTable(string Name, Role Least, Func<ExportRows, Fleet, PageQuery, Role, Task> ReadAsync)
{
    // Further a node's lists do not go.
    private const int DeepestRow = 10_000;

    private static readonly ExportTable[] All =
    [
        new("connections", Role.Operator, (rows, f, q, r) => NodesAsync<ConnectionView>(rows, f, ManagementRoutes.Connections, f.Own(q), r)),
        new("users", Role.Operator, UsersAsync),
        new("conversations", Role.Operator, (rows, f, q, r) => SharedAsync<ConversationView>(rows, f, ManagementRoutes.Conversations, WithAll(q), r)),
        new("queue", Role.Operator, (rows, f, q, r) => NodesAsync<QueueUserView>(rows, f, ManagementRoutes.QueueUsers, q, r)),
        new("dead-letters", Role.Operator, (rows, f, q, r) => SharedAsync<DeadLetterView>(rows, f, ManagementRoutes.DeadLetters, q, r)),
        new("alerts", Role.Operator, AlertsAsync),
        new("audit", Role.Admin, AuditAsync),
        new("settings", Role.Admin, SettingsAsync),
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
        var filters = new[] { "rule", "since", "until" }.Select(f => (f, query.Filters.GetValueOrDefault(f))).ToArray();
        var reply = await fleet.AllAsync<AlertHistoryAnswer>(Address.With(ManagementRoutes.AlertHistory, filters), role);
        if (reply.Answers.Count == 0)
        {
            rows.Miss(reply.Error!);
        }
        else if (reply.Partial is { } partial)
        {
            rows.Miss(partial);
        }

        rows.Add(reply.Answers.SelectMany(a => a.Value.Items));
    }

    private static async Task SettingsAsync(ExportRows rows, Fleet fleet, PageQuery query, Role role)
    {
        var reply = await fleet.AllAsync<SettingsAnswer>(ManagementRoutes.Settings, role);
        if (reply.Answers.Count == 0)
        {
            rows.Miss(reply.Error!);
        }
        else if (reply.Partial is { } partial)
        {
            rows.Miss(partial);
        }

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
