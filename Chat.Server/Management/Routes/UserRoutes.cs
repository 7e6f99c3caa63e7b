using Chat.Contracts.Management;
using Chat.Server.Management.Api;
using Chat.Server.Management.Asking;
using Chat.Server.Management.Callers;

namespace Chat.Server.Management.Routes;

internal sealed class UserRoutes(WorkerSurvey survey, TimeProvider time) : IManagementRoutes
{
    /// <summary>A user may be on several workers, so their rows are put together here before they are cut.</summary>
    private const int MostOfAWorker = 20_000;

    /// <summary>The same for workers of other nodes, unless the page lies deeper: what they say goes through Redis, for each look at the list.</summary>
    private const int MostOfADistantWorker = 500;

    public void Map(ManagementMap map)
    {
        map.Get(ManagementRoutes.Users, "Users with a connection, over all nodes", ListAsync, [.. PageQuery.Names, "state", Scope.Name]);
        map.Get(ManagementRoutes.User, "A user: connections, devices and what is owed to them", DetailAsync, [Scope.Name]);
        map.Get(ManagementRoutes.QueueUsers, "What is owed to connected devices, by user", QueueAsync, PageQuery.Names);
        map.Post<ReasonRequest, ActionResult>(
            ManagementRoutes.UserDisconnect,
            new("user.disconnect", ManagementRole.Operator),
            "Closes all connections of a user, on all nodes",
            (call, body) => ConnectionRoutes.DisconnectAsync(survey, call, body.Reason, reason => new(null, call.Id, reason)));
    }

    private async Task<Reply<Page<UserView>>> ListAsync(ManagementCall call)
    {
        var page = PageQuery.Read(call.Query, "id", "connections", "pending", "unacknowledged", "onlineSince");
        var grace = call.Query.OneOf("state", UserStates.Online, UserStates.Grace) == UserStates.Grace;
        return await PageAsync(call, page, Scope.Of(call.Query), grace, (u, workers) => new UserView
        {
            Id = u.Id,
            State = grace ? UserStates.Grace : UserStates.Online,
            Connections = u.Connections,
            Pending = u.Pending,
            Unacknowledged = u.InFlight,
            Workers = grace ? [] : workers,
            OnlineSince = u.Since,
            LastDeliveredAt = u.LastDelivered,
        });
    }

    private async Task<Reply<Page<QueueUserView>>> QueueAsync(ManagementCall call)
    {
        var page = PageQuery.Read(call.Query, "-pending", "inFlight", "oldestSeconds", "user");
        return await PageAsync(call, page, Scope.ThisNode, grace: false, (u, _) => new QueueUserView
        {
            User = u.Id,
            Pending = u.Pending,
            InFlight = u.InFlight,
            OldestSeconds = u.OldestSeconds,
            Connections = u.Connections,
        });
    }

    private async Task<Reply<Page<T>>> PageAsync<T>(ManagementCall call, PageQuery page, Scope scope, bool grace, Func<OnlineUser, string[], T> view)
    {
        if (call.Query.Problem is { } wrong)
        {
            return wrong;
        }

        var question = new UsersQuestion(page.Search, page.Sort, page.Descending, MostOfAWorker, grace);
        var answers = await survey.AskAsync<UsersFound>(
            scope, Questions.Users, question, call.TimeUp, toOthers: question with { Take = Math.Max(page.Reach, MostOfADistantWorker) });
        if (answers.Answers.Count == 0)
        {
            return Refusal.WorkersUnavailable;
        }

        var places = answers.Answers
            .SelectMany(a => a.Answer.Users.Select(u => (a.Worker, User: u)))
            .GroupBy(p => p.User.Id, StringComparer.Ordinal)
            // Who is away to one worker may have come back to another one a moment ago.
            .Where(g => !grace || g.All(p => p.User.Connections == 0))
            .ToDictionary(g => g.Key, g => g.ToArray(), StringComparer.Ordinal);
        var users = RowOrder.Sort(places.Values.Select(p => Together([.. p.Select(x => x.User)])), page.Sort, page.Descending);
        return new Page<T>
        {
            Items = [.. users.Skip(page.Skip).Take(page.Size).Select(u => view(u, [.. places[u.Id].Select(p => p.Worker)]))],
            Total = places.Count,
            More = answers.Answers.Any(a => a.Answer.Total > a.Answer.Users.Count),
            Number = page.Number,
            Size = page.Size,
            At = time.GetUtcNow(),
            Partial = answers.Partial,
        };
    }

    private async Task<Reply<UserDetail>> DetailAsync(ManagementCall call)
    {
        var began = time.GetTimestamp();
        var scope = Scope.Of(call.Query);
        if (call.Query.Problem is { } wrong)
        {
            return wrong;
        }

        var asking = survey.AskAsync<UserFound>(scope, Questions.User, new UserQuestion(call.Id), call.TimeUp);
        var stored = await survey.AnyAsync<StoredUser>(Questions.StoredUser, new UserQuestion(call.Id), call.TimeUp);
        var answers = await asking;
        if (answers.Answers.Count == 0)
        {
            return Refusal.WorkersUnavailable;
        }

        var connections = await ReturnCounts.AddAsync(
            survey, call, scope, answers.Partial, [.. answers.Answers.SelectMany(a => a.Answer.Connections.Select(c => ConnectionRoutes.For(call.Caller, c with { Worker = a.Worker })))], time.GetElapsedTime(began));
        var known = stored.Value;
        if (connections.Length == 0 && known is { Conversations: 0, Devices.Count: 0, Block: null })
        {
            return Refusal.NotFound("user");
        }

        return new UserDetail
        {
            User = new()
            {
                Id = call.Id,
                State = connections.Length > 0 ? UserStates.Online : answers.Answers.Any(a => a.Answer.InGrace) ? UserStates.Grace : UserStates.Offline,
                Connections = connections.Length,
                Unacknowledged = connections.Sum(c => (long)c.Unacknowledged),
                Workers = [.. connections.Select(c => c.Worker).Distinct(StringComparer.Ordinal)],
                OnlineSince = connections.Length > 0 ? connections.Min(c => c.ConnectedAt) : null,
                LastDeliveredAt = connections.Max(c => c.LastDeliveredAt),
                Blocked = known?.Block is not null,
            },
            Connections = connections,
            Devices = known?.Devices,
            Conversations = known?.Conversations,
            Block = known?.Block,
            Partial = answers.Partial,
        };
    }

    private static OnlineUser Together(OnlineUser[] parts) => parts.Length == 1
        ? parts[0]
        : new(
            parts[0].Id,
            parts.Sum(p => p.Connections),
            parts.Sum(p => p.Pending),
            parts.Sum(p => p.InFlight),
            parts.Max(p => p.OldestSeconds),
            parts.Min(p => p.Since),
            parts.Max(p => p.LastDelivered));
}
