using System.Text.Json;
using Chat.Admin.Access;
using Chat.Admin.ServerApi;
using Chat.Contracts;
using Chat.Contracts.Management;

namespace Chat.Admin.Export;

/// <summary>What can be exported, and by whom.</summary>
internal sealed record ExportTable(string Name, Role Least, Func<Fleet, PageQuery, Role, IAsyncEnumerable<JsonElement>> Read)
{
    private static readonly ExportTable[] All =
    [
        new("connections", Role.Operator, (f, q, r) => PagesAsync<ConnectionView>(f, ManagementRoutes.Connections, f.Own(q), r)),
        new("users", Role.Operator, (f, q, r) => PagesAsync<UserView>(f, ManagementRoutes.Users, f.Own(q), r)),
        new("conversations", Role.Operator, (f, q, r) => PagesAsync<ConversationView>(f, ManagementRoutes.Conversations, q, r, f.Nodes[0])),
        new("queue", Role.Operator, (f, q, r) => PagesAsync<QueueUserView>(f, ManagementRoutes.QueueUsers, q, r)),
        new("dead-letters", Role.Operator, (f, q, r) => PagesAsync<DeadLetterView>(f, ManagementRoutes.DeadLetters, q, r, f.Nodes[0])),
        new("alerts", Role.Operator, AlertsAsync),
        new("audit", Role.Admin, AuditAsync),
    ];

    public static ExportTable? Find(string name) => All.FirstOrDefault(t => t.Name == name);

    // One node after the other: a file need not be merged.
    private static async IAsyncEnumerable<JsonElement> PagesAsync<T>(Fleet fleet, string path, PageQuery query, Role role, string? only = null)
    {
        foreach (var node in only is null ? fleet.Nodes : [only])
        {
            for (var number = 1; ; number++)
            {
                var page = await fleet.PageAsync<T>(path, query with { Page = number }, role, static (_, _) => 0, node);
                foreach (var (_, row) in page.Items)
                {
                    yield return JsonSerializer.SerializeToElement(row, ChatJson.Options);
                }

                if (page.Error is not null || page.Items.Count < query.Size)
                {
                    break;
                }
            }
        }
    }

    private static async IAsyncEnumerable<JsonElement> AlertsAsync(Fleet fleet, PageQuery query, Role role)
    {
        var filters = new[] { "rule", "since", "until" }.Select(f => (f, query.Filters.GetValueOrDefault(f))).ToArray();
        var reply = await fleet.AllAsync<AlertHistoryAnswer>(Address.With(ManagementRoutes.AlertHistory, filters), role);
        foreach (var (_, answer) in reply.Answers)
        {
            foreach (var alert in answer.Items)
            {
                yield return JsonSerializer.SerializeToElement(alert, ChatJson.Options);
            }
        }
    }

    private static async IAsyncEnumerable<JsonElement> AuditAsync(Fleet fleet, PageQuery query, Role role)
    {
        var node = query.Filters.GetValueOrDefault("node") is { Length: > 0 } named && fleet.Nodes.Contains(named) ? named : fleet.Nodes[0];
        long? before = null;
        do
        {
            var reply = await fleet.AllAsync<Stretch<AuditEntry>>(AuditAddress(query, before), role, node);
            if (reply.Answers.Count == 0)
            {
                yield break;
            }

            foreach (var entry in reply.Answers[0].Value.Items)
            {
                yield return JsonSerializer.SerializeToElement(entry, ChatJson.Options);
            }

            before = reply.Answers[0].Value.Before;
        }
        while (before is not null);
    }

    private static string AuditAddress(PageQuery query, long? before) =>
        ManagementRoutes.Audit + Microsoft.AspNetCore.WebUtilities.QueryHelpers.AddQueryString("", new Dictionary<string, string?>(
            query.Filters.Where(f => f.Key != "node" && f.Value.Length > 0).Select(f => KeyValuePair.Create(f.Key, (string?)f.Value)))
            {
                ["limit"] = "200",
                ["before"] = before is null ? null : $"{before}",
            });
}
