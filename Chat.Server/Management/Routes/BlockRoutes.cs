using Chat.Contracts.Management;
using Chat.Server.Management.Api;
using Chat.Server.Management.Asking;
using Chat.Server.Management.Callers;

namespace Chat.Server.Management.Routes;

internal sealed class BlockRoutes(WorkerSurvey survey, TimeProvider time) : IManagementRoutes
{
    private const double LongestSeconds = 10 * 365 * 86_400d;

    public void Map(ManagementMap map)
    {
        map.Get(ManagementRoutes.Blocks, "Users who may not connect", ListAsync, ["page", "size", "q"]);
        map.Post<BlockRequest, ActionResult>(
            ManagementRoutes.UserBlock, new("user.block", ManagementRole.Admin), "Ends a user's connections and keeps new ones out", BlockAsync);
        map.Post<ReasonRequest, ActionResult>(ManagementRoutes.UserUnblock, new("user.unblock", ManagementRole.Admin), "Lets a user in again", UnblockAsync);
    }

    private async Task<Reply<Page<BlockView>>> ListAsync(ManagementCall call)
    {
        var page = PageQuery.Read(call.Query, "user");
        if (call.Query.Problem is { } wrong)
        {
            return wrong;
        }

        var cut = await survey.AnyAsync<Cut<BlockView>>(Questions.Blocks, new BlocksQuestion(page.Search, page.Skip, page.Size), call.TimeUp);
        return cut.Value is { } found
            ? new Page<BlockView> { Items = found.Rows, Total = found.Total, More = found.More, Number = page.Number, Size = page.Size, At = time.GetUtcNow() }
            : cut.Refusal!;
    }

    private async Task<Reply<ActionResult>> BlockAsync(ManagementCall call, BlockRequest body)
    {
        if (RequestBody.NeedReason(call, body.Reason) is { } wrong)
        {
            return wrong;
        }

        if (body.Seconds is { } seconds && !(seconds >= 1 && seconds <= LongestSeconds))
        {
            return Refusal.Invalid($"seconds is a number from 1 to {LongestSeconds}.");
        }

        DateTimeOffset? until = body.Seconds is { } length ? time.GetUtcNow() + TimeSpan.FromSeconds(length) : null;
        call.After = until is { } end ? $"until {end:yyyy-MM-dd'T'HH:mm:ss'Z'}" : "until it is lifted";
        var done = await survey.AnyAsync<BlockChange>(Questions.Block, new BlockQuestion(call.Id, body.Reason!, call.Caller.Name, until), call.TimeUp);
        return done.Value is null
            ? done.Refusal!
            : new ActionResult { Outcome = ActionOutcomes.Done, Text = "The user may not connect.", Count = 1, CorrelationId = call.CorrelationId };
    }

    private async Task<Reply<ActionResult>> UnblockAsync(ManagementCall call, ReasonRequest body)
    {
        if (RequestBody.CheckReason(call, body.Reason) is { } wrong)
        {
            return wrong;
        }

        var done = await survey.AnyAsync<BlockChange>(Questions.Unblock, new UnblockQuestion(call.Id), call.TimeUp);
        return done.Value is not { } change
            ? done.Refusal!
            : new ActionResult
            {
                Outcome = change.Changed ? ActionOutcomes.Done : ActionOutcomes.Already,
                Text = change.Changed ? "The user may connect again." : "The user was not blocked.",
                Count = change.Changed ? 1 : 0,
                CorrelationId = call.CorrelationId,
            };
    }
}
