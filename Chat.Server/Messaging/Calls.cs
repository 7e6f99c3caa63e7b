using Chat.Contracts;
using Chat.Server.Access;
using Chat.Server.Storage;

namespace Chat.Server.Messaging;

/// <summary>
/// Runs the calls that wait for storage: metered, and whatever they throw becomes a result. Sends do not pass here: the
/// writer answers them with outcomes.
/// </summary>
internal sealed partial class Calls(AccessLimits limits, ILogger<Calls> logger)
{
    /// <param name="malformed">What is wrong with the request; null when nothing.</param>
    public async Task<T> RunAsync<T>(string user, ChatError? malformed, Func<CancellationToken, Task<T>> call, CancellationToken cancellation)
        where T : Result, new()
    {
        if (!limits.TryCall(user, out var wait))
        {
            return new T { Error = Errors.RateLimited(wait) };
        }

        if (malformed is not null)
        {
            return new T { Error = malformed };
        }

        try
        {
            return await call(cancellation);
        }
        catch (StorageUnavailableException e)
        {
            return new T { Error = Errors.StorageUnavailable(e.RetryAfter) };
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The connection is gone, and with it whoever would read the answer.
            return new T { Error = Errors.Draining };
        }
        catch (Exception e)
        {
            var traceId = Errors.NewTraceId();
            Log.CallFailed(logger, typeof(T).Name, traceId, e);
            return new T { Error = Errors.Internal(traceId) };
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1101, LogLevel.Error, "A call for {Result} failed; the caller was told trace {TraceId}", EventName = "CallFailed")]
        public static partial void CallFailed(ILogger logger, string result, string traceId, Exception exception);
    }
}
