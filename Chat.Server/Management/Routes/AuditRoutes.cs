using Chat.Contracts.Management;
using Chat.Server.Management.Api;
using Chat.Server.Management.Audit;
using Chat.Server.Management.Callers;

namespace Chat.Server.Management.Routes;

internal sealed class AuditRoutes(AuditLog audit) : IManagementRoutes
{
    private const int MostRows = 200;
    private const int UsualRows = 50;
    private const int MostLookedAt = 50_000;
    private static readonly string[] Notable = ["signin", "signout", "signin.refused", "user.create", "user.change", "user.remove", "export"];

    public void Map(ManagementMap map)
    {
        map.Get(
            ManagementRoutes.Audit, "The audit log, newest first", ReadAsync, ["before", "limit", "actor", "action", "object", "result", "since", "until"], ManagementRole.Admin);
        map.Get(ManagementRoutes.AuditVerify, "Whether a row is missing or was changed", VerifyAsync, role: ManagementRole.Admin);
        map.Post<AuditNote, ActionResult>(ManagementRoutes.Audit, new("audit.note", ManagementRole.Viewer), "Puts down what only a console sees", Note);
    }

    private Task<Reply<Stretch<AuditEntry>>> ReadAsync(ManagementCall call)
    {
        var query = call.Query;
        var before = query.Number("before", 1, long.MaxValue, 0);
        var limit = (int)query.Number("limit", 1, MostRows, UsualRows);
        var (actor, action, target, result) = (query.Text("actor"), query.Text("action"), query.Text("object"), query.Text("result"));
        var (since, until) = (query.Moment("since"), query.Moment("until"));
        if (query.Problem is { } wrong)
        {
            return Task.FromResult<Reply<Stretch<AuditEntry>>>(wrong);
        }

        // Files are read: not on the caller's turn.
        return Task.Run<Reply<Stretch<AuditEntry>>>(
            () => audit.Read(
                row => (actor is null || row.Actor == actor)
                    && (action is null || row.Action.StartsWith(action, StringComparison.Ordinal))
                    && (target is null || row.Object.StartsWith(target, StringComparison.Ordinal))
                    && (result is null || row.Result == result)
                    && (since is null || row.At >= since)
                    && (until is null || row.At < until),
                before == 0 ? null : before,
                limit,
                MostLookedAt,
                call.TimeUp),
            call.TimeUp);
    }

    private Task<Reply<AuditVerification>> VerifyAsync(ManagementCall call) => Task.Run<Reply<AuditVerification>>(
        () =>
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(call.TimeUp);
            limit.CancelAfter(TimeSpan.FromSeconds(1.4));
            return audit.Verify(limit.Token);
        },
        call.TimeUp);

    /// <summary>The row itself is what the runner writes for every action, with the console's words in it.</summary>
    private Reply<ActionResult> Note(ManagementCall call, AuditNote body)
    {
        if (!call.Caller.Delegates)
        {
            return new Refusal(ManagementCodes.Forbidden, "Only a key with Delegates set tells what happened elsewhere.");
        }

        if (body.Action is not { } action || !Notable.Contains(action))
        {
            return Refusal.Invalid($"action is one of {string.Join(", ", Notable)}.");
        }

        if (body.Object is { Length: > QueryReader.LongestText } || (body.Result ?? AuditResults.Done) is not (AuditResults.Done or AuditResults.Refused or AuditResults.Failed))
        {
            return Refusal.Invalid("object is up to 200 characters, result is done, refused or failed.");
        }

        if (body.Before is { Length: > QueryReader.LongestText } || body.After is { Length: > QueryReader.LongestText })
        {
            return Refusal.Invalid("before and after are up to 200 characters.");
        }

        if (RequestBody.CheckReason(call, body.Reason) is { } wrong)
        {
            return wrong;
        }

        call.OnlyLooked = true;
        return audit.TryAppend(new AuditDraft(call.Caller, action, body.Object ?? "", call.Reason, body.Result ?? AuditResults.Done, body.Before, body.After, call.CorrelationId))
            ? new ActionResult { Outcome = ActionOutcomes.Done, Text = "Written down.", Count = 1, CorrelationId = call.CorrelationId }
            : new Refusal(ManagementCodes.Internal, "The audit log cannot be written.", Retryable: true);
    }
}
