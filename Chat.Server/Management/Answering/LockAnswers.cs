using Chat.Contracts.Management;
using Chat.Server.Delivery.Locks;
using Chat.Server.Management.Api;
using Chat.Server.Management.Asking;
using Chat.Server.Storage.Conversations;

namespace Chat.Server.Management.Answering;

/// <summary>What operators do to whole conversations.</summary>
internal sealed class LockAnswers(LockService locks)
{
    public async Task<Reply<LockChange>> ChangeAsync(LockQuestion question, CancellationToken timeUp)
    {
        var outcome = question.Reason is { } reason
            ? await locks.LockAsync(question.Conversation, reason, question.By, timeUp)
            : await locks.UnlockAsync(question.Conversation, timeUp);
        return outcome == LockOutcome.NotFound ? Refusal.NotFound("conversation") : new LockChange(outcome == LockOutcome.Done);
    }
}
