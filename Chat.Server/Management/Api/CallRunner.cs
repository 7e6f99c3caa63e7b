using Chat.Contracts.Management;
using Chat.Server.Management.Audit;
using Chat.Server.Management.Callers;

namespace Chat.Server.Management.Api;

/// <summary>What every call goes through: who calls, may they, is it well-formed, within the time, and into the audit log.</summary>
internal sealed partial class CallRunner(CallerBook callers, AuditLog audit, CallLimits limits, ManagementMeter meter, ILogger<CallRunner> logger)
{
    /// <summary>Below the two seconds that are promised, so that a late answer still leaves in time.</summary>
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(1.8);

    public Task ReadAsync<TAnswer>(HttpContext context, ManagementRole role, string[] query, Func<ManagementCall, Task<Reply<TAnswer>>> handler) =>
        GuardAsync(context, async () =>
        {
            if (await EnterAsync(context, role) is not { } caller)
            {
                return;
            }

            using var limit = Limit(context);
            var call = new ManagementCall(context, caller, limit.Token);
            call.Query.Allow(query);
            await AnswerAsync(context, call.Query.Problem is { } wrong ? wrong : await InTimeAsync(call, handler));
        });

    public Task StreamAsync(HttpContext context, Func<ManagementCall, Task> handler) =>
        GuardAsync(context, async () =>
        {
            if (await EnterAsync(context, ManagementRole.Viewer) is { } caller)
            {
                await handler(new ManagementCall(context, caller, context.RequestAborted));
            }
        });

    public Task ActAsync<TBody, TAnswer>(HttpContext context, ManagementAction action, Func<ManagementCall, TBody, Task<Reply<TAnswer>>> handler)
        where TBody : class =>
        GuardAsync(context, async () =>
        {
            var identified = callers.Identify(context);
            if (identified.Value is not { } caller)
            {
                await TurnAwayAsync(context, identified.Refusal!);
                return;
            }

            using var limit = Limit(context);
            var call = new ManagementCall(context, caller, limit.Token) { Object = ObjectOf(context) };
            var reply = await DecideAsync(call, action, handler);
            var audited = call.OnlyLooked || Note(call, action, reply.Refusal, reply.Value as ActionResult);
            await AnswerAsync(context, audited || !action.Strict ? reply : new Refusal(ManagementCodes.Internal, "The audit log cannot be written, so this is not done."));
        });

    private async Task<Reply<TAnswer>> DecideAsync<TBody, TAnswer>(ManagementCall call, ManagementAction action, Func<ManagementCall, TBody, Task<Reply<TAnswer>>> handler)
        where TBody : class
    {
        if (!call.Caller.May(action.Role))
        {
            meter.RoleRefused();
            return Forbidden(action.Role);
        }

        if (!limits.TryTake(call.Caller))
        {
            call.OnlyLooked = true;
            return CallLimits.Refused;
        }

        var body = await RequestBody.ReadAsync<TBody>(call.Context, call.TimeUp);
        return body.Refusal is { } wrong ? wrong : await InTimeAsync(call, c => handler(c, body.Value!));
    }

    private async Task<Caller?> EnterAsync(HttpContext context, ManagementRole role)
    {
        var identified = callers.Identify(context);
        if (identified.Value is not { } caller)
        {
            await TurnAwayAsync(context, identified.Refusal!);
            return null;
        }

        if (caller.May(role))
        {
            return caller;
        }

        meter.RoleRefused();
        audit.TryAppend(new AuditDraft(caller, $"read {context.Request.Path.Value}", ObjectOf(context), null, AuditResults.Refused, null, null, ManagementCall.TraceIdOf(context)));
        await ManagementAnswers.RefuseAsync(context, Forbidden(role));
        return null;
    }

    private Task TurnAwayAsync(HttpContext context, Refusal refusal)
    {
        meter.KeyRefused();
        return ManagementAnswers.RefuseAsync(context, limits.TryTurnAway(context.Connection.RemoteIpAddress) ? refusal : CallLimits.Refused);
    }

    private static async Task<Reply<TAnswer>> InTimeAsync<TAnswer>(ManagementCall call, Func<ManagementCall, Task<Reply<TAnswer>>> handler)
    {
        try
        {
            return await handler(call).WaitAsync(call.TimeUp);
        }
        catch (OperationCanceledException) when (call.TimeUp.IsCancellationRequested && !call.Context.RequestAborted.IsCancellationRequested)
        {
            return Refusal.WorkersUnavailable;
        }
    }

    private async Task GuardAsync(HttpContext context, Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody waits for the answer.
        }
        catch (Exception error)
        {
            // The caller gets a sentence and the log the rest: exception texts may hold what is not the caller's to see.
            Log.CallFault(logger, context.Request.Path.Value ?? "", error);
            if (!context.Response.HasStarted)
            {
                await ManagementAnswers.RefuseAsync(context, new Refusal(ManagementCodes.Internal, "Something unexpected happened; the log tells what, by the trace id.", Retryable: true));
            }
        }
    }

    private bool Note(ManagementCall call, ManagementAction action, Refusal? refusal, ActionResult? done)
    {
        var result = refusal?.Code switch
        {
            null => done?.Outcome ?? AuditResults.Done,
            ManagementCodes.Forbidden => AuditResults.Refused,
            _ => AuditResults.Failed,
        };
        return audit.TryAppend(new AuditDraft(call.Caller, action.Name, call.Object, call.Reason, result, call.Before, refusal?.Code ?? call.After, call.CorrelationId));
    }

    private static Task AnswerAsync<TAnswer>(HttpContext context, Reply<TAnswer> reply) => reply.Refusal is { } refusal
        ? ManagementAnswers.RefuseAsync(context, refusal)
        : ManagementAnswers.WriteAsync(context, StatusCodes.Status200OK, reply.Value);

    private CancellationTokenSource Limit(HttpContext context)
    {
        var limit = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        limit.CancelAfter(AnswerWithin);
        return limit;
    }

    private static Refusal Forbidden(ManagementRole role) => new(ManagementCodes.Forbidden, $"This needs the role {RoleNames.Of(role)}.");

    /// <summary><c>workers/w1</c> of <c>/api/manage/workers/w1/restart</c>.</summary>
    private static string ObjectOf(HttpContext context)
    {
        var parts = (context.Request.Path.Value ?? "").Split('/', StringSplitOptions.RemoveEmptyEntries).Skip(2).ToArray();
        var id = context.Request.RouteValues["id"] as string;
        return parts.Length == 0 ? "" : id is null ? parts[0] : $"{parts[0]}/{AuditLog.Short(id)}";
    }

    private static partial class Log
    {
        [LoggerMessage(3400, LogLevel.Error, "A call of the management API met an unexpected fault ({Path})", EventName = nameof(CallFault))]
        public static partial void CallFault(ILogger logger, string path, Exception exception);
    }
}
