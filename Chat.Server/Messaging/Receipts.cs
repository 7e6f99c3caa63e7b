using Chat.Contracts;
using Chat.Server.Storage.Writing;

namespace Chat.Server.Messaging;

/// <summary>What became of an append, as the caller is told.</summary>
internal sealed partial class Receipts(ILogger<Receipts> logger)
{
    public static Receipt Refused(string? id, ChatError error) => new() { Id = id, Error = error };

    public static Task<Receipt> RefusedAsync(string? id, ChatError error) => Task.FromResult(Refused(id, error));

    public async Task<Receipt> OfAsync(Append append, Task<AppendOutcome> outcome) => Of(append, await outcome);

    public async Task<Result> ResultOfAsync(Task<AppendOutcome> outcome) =>
        await outcome is AppendRefused refused ? Result.Failure(ErrorOf(refused)) : Result.Success;

    private Receipt Of(Append append, AppendOutcome outcome) => outcome switch
    {
        AppendStored stored => new Receipt
        {
            Ok = true,
            Id = append.Id,
            Conversation = append.Conversation,
            Seq = stored.Seq,
            Epoch = stored.Epoch,
            Status = stored.Duplicate ? ReceiptStatus.Duplicate : ReceiptStatus.Stored,
            At = DateTimeOffset.FromUnixTimeMilliseconds(stored.At),
        },
        AppendQueued queued => new Receipt
        {
            Ok = true,
            Id = append.Id,
            Conversation = append.Conversation,
            Status = ReceiptStatus.Queued,
            At = DateTimeOffset.FromUnixTimeMilliseconds(queued.At),
        },
        AppendRefused refused => Refused(append.Id, ErrorOf(refused)),
        _ => Refused(append.Id, Surprise()),
    };

    private ChatError ErrorOf(AppendRefused refused) => refused.Reason switch
    {
        AppendRefusal.NotFound => Errors.NotFound,
        AppendRefusal.RefNotFound => Errors.RefNotFound,
        AppendRefusal.Forbidden => Errors.Forbidden,
        AppendRefusal.Locked => Errors.Locked,
        AppendRefusal.IdConflict => Errors.IdConflict,
        AppendRefusal.LimitReached => Errors.LimitReached,
        AppendRefusal.Invalid => Errors.Unstorable,
        AppendRefusal.Overloaded => Errors.Overloaded(refused.RetryAfter),
        AppendRefusal.Draining => Errors.Draining,
        AppendRefusal.StorageUnavailable => Errors.StorageUnavailable(refused.RetryAfter),
        _ => Surprise(),
    };

    private ChatError Surprise()
    {
        var traceId = Errors.NewTraceId();
        Log.AppendFailed(logger, traceId);
        return Errors.Internal(traceId);
    }

    private static partial class Log
    {
        [LoggerMessage(1100, LogLevel.Error, "An append failed in the writer, which logged why; the caller was told trace {TraceId}", EventName = "AppendFailed")]
        public static partial void AppendFailed(ILogger logger, string traceId);
    }
}
