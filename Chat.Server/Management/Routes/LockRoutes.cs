using Chat.Contracts.Management;
using Chat.Server.Management.Api;
using Chat.Server.Management.Asking;
using Chat.Server.Management.Callers;

namespace Chat.Server.Management.Routes;

internal sealed class LockRoutes(WorkerSurvey survey) : IManagementRoutes
{
    public void Map(ManagementMap map)
    {
        map.Post<ReasonRequest, ActionResult>(
            ManagementRoutes.ConversationLock, new("conversation.lock", ManagementRole.Operator), "Locks a conversation or topic: nothing can be sent to it", LockAsync);
        map.Post<ReasonRequest, ActionResult>(
            ManagementRoutes.ConversationUnlock, new("conversation.unlock", ManagementRole.Operator), "Opens a locked conversation or topic again", UnlockAsync);
    }

    private async Task<Reply<ActionResult>> LockAsync(ManagementCall call, ReasonRequest body)
    {
        call.Object = $"conversations/{call.Id}";
        return RequestBody.NeedReason(call, body.Reason) ?? await ChangeAsync(
            call, new(call.Id, body.Reason!, call.Caller.Name), "Nothing can be sent to it any more; it can be read.", "It was locked before; the reason given then stays.");
    }

    private async Task<Reply<ActionResult>> UnlockAsync(ManagementCall call, ReasonRequest body)
    {
        call.Object = $"conversations/{call.Id}";
        return RequestBody.CheckReason(call, body.Reason) ?? await ChangeAsync(
            call, new(call.Id, Reason: null, call.Caller.Name), "Its members may send again.", "It was not locked.");
    }

    private async Task<Reply<ActionResult>> ChangeAsync(ManagementCall call, LockQuestion question, string done, string already)
    {
        var answer = await survey.AnyAsync<LockChange>(Questions.Lock, question, call.TimeUp);
        return answer.Value is not { Changed: var changed }
            ? answer.Refusal!
            : new ActionResult
            {
                Outcome = changed ? ActionOutcomes.Done : ActionOutcomes.Already,
                Text = changed ? done : already,
                Count = changed ? 1 : 0,
                CorrelationId = call.CorrelationId,
            };
    }
}
