using System.Net;
using Chat.Contracts.Management;
using Chat.Server.Management.Api;
using Chat.Server.Management.Asking;
using Chat.Server.Management.Callers;
using Chat.Server.Telemetry;

namespace Chat.Server.Management.Routes;

internal sealed class ConnectionRoutes(WorkerSurvey survey, TimeProvider time) : IManagementRoutes
{
    public void Map(ManagementMap map)
    {
        map.Get(ManagementRoutes.Connections, "Connections, over all workers of all nodes", ListAsync, [.. PageQuery.Names, "user", "worker", "transport", "slow", Scope.Name]);
        map.Post<ReasonRequest, ActionResult>(
            ManagementRoutes.ConnectionDisconnect,
            new("connection.disconnect", ManagementRole.Operator),
            "Closes a connection; the client is told the reason",
            (call, body) => DisconnectAsync(survey, call, body.Reason, reason => new(call.Id, null, reason)));
    }

    /// <summary>Asks all workers of all nodes: who asks does not know where the connections are.</summary>
    public static async Task<Reply<ActionResult>> DisconnectAsync(WorkerSurvey survey, ManagementCall call, string? reason, Func<string, DisconnectQuestion> question)
    {
        if (RequestBody.NeedReason(call, reason) is { } wrong)
        {
            return wrong;
        }

        var answers = await survey.EverywhereAsync<Disconnected>(Questions.Disconnect, question(reason!), call.TimeUp);
        var count = answers.Answers.Sum(a => a.Answer.Count);
        return answers.Answers.Count == 0
            ? Refusal.WorkersUnavailable
            : new ActionResult
            {
                Outcome = count > 0 ? ActionOutcomes.Done : ActionOutcomes.Already,
                Text = count > 0 ? $"{count} closed." : answers.Partial is null ? "There was nothing to close." : "There was nothing to close where it could be asked.",
                Count = count,
                CorrelationId = call.CorrelationId,
                Partial = answers.Partial,
            };
    }

    /// <summary>A viewer sees the network and not the person.</summary>
    public static ConnectionView For(Caller caller, ConnectionView view) =>
        caller.May(ManagementRole.Operator) ? view : view with { Address = IPAddress.TryParse(view.Address, out var address) ? MaskedAddress.Of(address) : "" };

    private async Task<Reply<Page<ConnectionView>>> ListAsync(ManagementCall call)
    {
        var began = time.GetTimestamp();
        var query = call.Query;
        var page = PageQuery.Read(query, "-connectedAt", "user", "unacknowledged", "pendingWrites", "roundTrip", "worker");
        var worker = query.Text("worker");
        var question = new ConnectionsQuestion(
            page.Search, query.Text("user"), query.OneOf("transport", "WebSockets", "ServerSentEvents", "LongPolling"), query.Flag("slow"), page.Sort, page.Descending, page.Reach,
            Addresses: call.Caller.May(ManagementRole.Operator));
        var scope = Scope.Of(query);
        if (query.Problem is { } wrong)
        {
            return wrong;
        }

        var answers = await survey.AskAsync<ConnectionsFound>(scope, Questions.Connections, question, call.TimeUp);
        if (answers.Answers.Count == 0)
        {
            return Refusal.WorkersUnavailable;
        }

        var meant = answers.Answers.Where(a => worker is null || a.Worker == worker).ToArray();
        var rows = RowOrder.Sort(meant.SelectMany(a => a.Answer.Rows.Select(r => r with { Worker = a.Worker })), page.Sort, page.Descending);
        var shown = await ReturnCounts.AddAsync(survey, call, scope, answers.Partial, [.. rows.Skip(page.Skip).Take(page.Size)], time.GetElapsedTime(began));
        return new Page<ConnectionView>
        {
            Items = [.. shown.Select(r => For(call.Caller, r))],
            Total = meant.Sum(a => a.Answer.Total),
            Number = page.Number,
            Size = page.Size,
            At = time.GetUtcNow(),
            Counts = new Dictionary<string, IReadOnlyDictionary<string, long>>
            {
                ["worker"] = answers.Answers.GroupBy(a => a.Worker, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Sum(a => a.Answer.Total), StringComparer.Ordinal),
                ["transport"] = meant.SelectMany(a => a.Answer.Transports).GroupBy(t => t.Key, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Sum(t => t.Value), StringComparer.Ordinal),
            },
            Partial = answers.Partial,
        };
    }
}
