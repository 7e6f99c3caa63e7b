using Chat.Contracts.Management;
using Chat.Server.Management.Api;
using Chat.Server.Management.Asking;
using Chat.Server.Management.Callers;

namespace Chat.Server.Management.Routes;

internal sealed class DeadLetterRoutes(WorkerSurvey survey, TimeProvider time) : IManagementRoutes
{
    private const int MostIds = 1_000;

    public void Map(ManagementMap map)
    {
        map.Get(ManagementRoutes.DeadLetters, "Events that were given up for a device", ListAsync, [.. PageQuery.Names.Where(n => n != "q"), "user", "conversation", "reason"]);
        map.Get(ManagementRoutes.DeadLetterGroups, "The same, grouped by reason, largest first", GroupsAsync);
        map.Post<DeadLetterRequest, DeadLetterResult>(
            ManagementRoutes.DeadLetterReplay,
            new("letter.replay", ManagementRole.Operator),
            "Sends them again: same id, same seq, marked",
            (call, body) => ActAsync(call, body, discard: false));
        map.Post<DeadLetterRequest, DeadLetterResult>(
            ManagementRoutes.DeadLetterDiscard,
            new("letter.discard", ManagementRole.Admin),
            "Gives them up for good",
            (call, body) => ActAsync(call, body, discard: true));
    }

    private async Task<Reply<Page<DeadLetterView>>> ListAsync(ManagementCall call)
    {
        var query = call.Query;
        var page = PageQuery.Read(query, "-at", "user", "attempts");
        var question = new LettersQuestion(query.Text("user"), query.Text("conversation"), query.Text("reason"), page.Sort, page.Descending, page.Skip, page.Size);
        if (query.Problem is { } wrong)
        {
            return wrong;
        }

        var cut = await survey.AnyAsync<Cut<DeadLetterView>>(Questions.Letters, question, call.TimeUp);
        return cut.Value is { } found
            ? new Page<DeadLetterView> { Items = found.Rows, Total = found.Total, More = found.More, Number = page.Number, Size = page.Size, At = time.GetUtcNow() }
            : cut.Refusal!;
    }

    private async Task<Reply<DeadLetterGroup[]>> GroupsAsync(ManagementCall call) =>
        await survey.AnyAsync<DeadLetterGroup[]>(Questions.LetterGroups, new LetterGroupsQuestion(), call.TimeUp);

    private async Task<Reply<DeadLetterResult>> ActAsync(ManagementCall call, DeadLetterRequest body, bool discard)
    {
        call.OnlyLooked = body.DryRun;
        if ((body.Ids is null) == (body.Filter is null))
        {
            return Refusal.Invalid("Either ids or filter.");
        }

        if (body.Ids is { } ids && (ids.Count is 0 or > MostIds || ids.Any(id => id is not { Length: > 0 and <= QueryReader.LongestText })))
        {
            return Refusal.Invalid($"ids are 1 to {MostIds} ids of dead letters.");
        }

        if (body.Filter is { User: null, Conversation: null, Reason: null })
        {
            return Refusal.Invalid("filter names a user, a conversation or a reason.");
        }

        if (body.Filter is not null && !body.DryRun && body.Expected is null)
        {
            return Refusal.Invalid("With a filter, expected says how many you saw; ask with dryRun first.");
        }

        if ((discard && !body.DryRun ? RequestBody.NeedReason(call, body.Reason) : RequestBody.CheckReason(call, body.Reason)) is { } wrong)
        {
            return wrong;
        }

        call.Object = body.Ids is { } named
            ? $"dead-letters/{(named.Count == 1 ? named[0] : named.Count)}"
            : $"dead-letters?user={body.Filter!.User}&conversation={body.Filter.Conversation}&reason={body.Filter.Reason}";
        var question = new LetterActQuestion(body.Ids, body.Filter, discard, body.DryRun, body.Expected, call.Caller.Name);
        var done = await survey.AnyAsync<DeadLetterResult>(Questions.LetterAct, question, call.TimeUp);
        if (done.Value is not { } result)
        {
            return done.Refusal!;
        }

        call.After = $"{result.Done} of {result.Matched}";
        return body.DryRun ? result : result with { CorrelationId = call.CorrelationId };
    }
}
