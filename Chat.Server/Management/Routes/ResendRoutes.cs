using Chat.Contracts.Management;
using Chat.Server.Management.Api;
using Chat.Server.Management.Asking;
using Chat.Server.Management.Callers;

namespace Chat.Server.Management.Routes;

internal sealed class ResendRoutes(WorkerSurvey survey) : IManagementRoutes
{
    public void Map(ManagementMap map) => map.Post<ResendRequest, ActionResult>(
        ManagementRoutes.MemberResend, new("member.resend", ManagementRole.Operator), "Sends a member once more what follows from a seq on, to all their devices", SendAsync);

    private async Task<Reply<ActionResult>> SendAsync(ManagementCall call, ResendRequest body)
    {
        var user = call.Route("user");
        call.Object = $"conversations/{call.Id}/members/{user}";
        if (RequestBody.CheckReason(call, body.Reason) is { } wrong)
        {
            return wrong;
        }

        if (body.From is not (>= 1 and < long.MaxValue))
        {
            return Refusal.Invalid("from is required: the first seq that is sent once more.");
        }

        var question = new ResendQuestion(call.Id, user, body.From.Value);
        var stored = await survey.AnyAsync<ResendPlace>(Questions.ResendPlace, question, call.TimeUp);
        if (stored.Value is not { } place)
        {
            return stored.Refusal!;
        }

        call.After = $"seq {question.From} to {place.Head}";
        var answers = await survey.EverywhereAsync<Resending>(Questions.Resend, question, call.TimeUp);
        var connections = answers.Answers.Sum(a => a.Answer.Connections);
        return new ActionResult
        {
            Outcome = ActionOutcomes.Done,
            Text = $"Seq {question.From} to {place.Head} is sent once more: now to {connections} {(connections == 1 ? "connection" : "connections")}, to devices that are away when they connect.",
            Count = connections,
            CorrelationId = call.CorrelationId,
            Partial = answers.Partial,
        };
    }
}
