using Chat.Contracts.Management;
using Chat.Server.Failpoints;
using Chat.Server.Management.Api;
using Chat.Server.Management.Callers;
using Chat.Server.Management.Views;

namespace Chat.Server.Management.Routes;

internal sealed class FaultRoutes(FaultDesk desk, IConfiguration configuration, IHostEnvironment environment) : IManagementRoutes
{
    private const double Usual = 30;
    private const int UsualMilliseconds = 400;
    private const int MostMilliseconds = 5000;

    public void Map(ManagementMap map)
    {
        map.Post<FaultRequest, ActionResult>(
            ManagementRoutes.Fault, new("fault.begin", ManagementRole.Admin), "Pretends a loss in all workers for a while; in Development only", Begin);
        map.Post<ReasonRequest, ActionResult>(
            ManagementRoutes.FaultEnd, new("fault.end", ManagementRole.Admin), "Ends a pretended loss; in Development only", End);
    }

    private Reply<ActionResult> Begin(ManagementCall call, FaultRequest body)
    {
        if (Refuse(call, body.Reason) is { } refusal)
        {
            return refusal;
        }

        if (body.Seconds is { } seconds && !(seconds >= 1 && seconds <= FaultOrder.Longest.TotalSeconds))
        {
            return Refusal.Invalid($"seconds is a number from 1 to {FaultOrder.Longest.TotalSeconds}.");
        }

        var slows = call.Id == FaultIds.DatabaseSlow;
        if (body.Milliseconds is { } more && !(slows && more is >= 1 and <= MostMilliseconds))
        {
            return Refusal.Invalid($"milliseconds is a number from 1 to {MostMilliseconds}, for {FaultIds.DatabaseSlow} alone.");
        }

        if (call.Id == FaultIds.RedisHangs && string.IsNullOrWhiteSpace(configuration.GetConnectionString("Redis")))
        {
            return new Refusal(ManagementCodes.Conflict, "Redis is not configured.");
        }

        var @for = TimeSpan.FromSeconds(body.Seconds ?? Usual);
        desk.Begin(call.Id, @for, slows ? body.Milliseconds ?? UsualMilliseconds : 0);
        call.After = $"{@for.TotalSeconds:0} s";
        return new ActionResult { Outcome = ActionOutcomes.Done, Text = $"It is pretended for {@for.TotalSeconds:0} s and ends by itself.", Count = 1, CorrelationId = call.CorrelationId };
    }

    private Reply<ActionResult> End(ManagementCall call, ReasonRequest body)
    {
        if (Refuse(call, body.Reason) is { } refusal)
        {
            return refusal;
        }

        return desk.End(call.Id)
            ? new ActionResult { Outcome = ActionOutcomes.Done, Text = "It is over.", Count = 1, CorrelationId = call.CorrelationId }
            : new ActionResult { Outcome = ActionOutcomes.Already, Text = "It was not pretended.", CorrelationId = call.CorrelationId };
    }

    // Before anything else: a server in production does not even say which losses there are.
    private Refusal? Refuse(ManagementCall call, string? reason) =>
        !environment.IsDevelopment() ? new Refusal(ManagementCodes.NotSupported, "Only a server in Development does that.")
        : call.Id is not (FaultIds.DatabaseAway or FaultIds.DatabaseSlow or FaultIds.RedisHangs) ? Refusal.NotFound("fault")
        : RequestBody.CheckReason(call, reason);
}
