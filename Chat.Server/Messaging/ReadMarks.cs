using Chat.Contracts;
using Chat.Server.Storage.Conversations;

namespace Chat.Server.Messaging;

/// <summary>How far the caller has read: forward only, never beyond the head.</summary>
internal sealed class ReadMarks(ReadMarkStore store, Calls calls, Rules rules)
{
    /// <param name="moved">Told where the mark stands, when this call moved it.</param>
    public Task<Result> MarkAsync(string user, MarkReadRequest? mark, Action<string, long> moved)
    {
        var malformed = mark is null
            ? Errors.Invalid("The call needs one object.")
            : rules.Conversation(mark.Conversation) ?? (mark.Seq < 0 ? Errors.Invalid("seq: 0 or more.") : null);
        return calls.RunAsync(
            user,
            malformed,
            async _ =>
            {
                if (await store.MoveAsync(user, mark!.Conversation!, mark.Seq) is not { } now)
                {
                    return Result.Failure(Errors.NotFound);
                }

                if (now.Moved)
                {
                    moved(mark.Conversation!, now.Seq);
                }

                return Result.Success;
            },
            CancellationToken.None);
    }
}
