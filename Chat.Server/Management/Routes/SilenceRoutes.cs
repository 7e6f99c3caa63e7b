using Chat.Contracts.Management;
using Chat.Server.Alerts;
using Chat.Server.Management.Api;
using Chat.Server.Management.Callers;
using Chat.Server.Management.Views;

namespace Chat.Server.Management.Routes;

internal sealed class SilenceRoutes(IAlertBook book, AlertViews views) : IManagementRoutes
{
    private const int MostMatchers = 20;

    public void Map(ManagementMap map)
    {
        map.Post<SilenceRequest, SilenceResult>(
            ManagementRoutes.Silences, new("alert.silence", ManagementRole.Operator), "Mutes notifications of what matches, or shows what it would mute", Silence);
        map.Post<ReasonRequest, ActionResult>(
            ManagementRoutes.SilenceExpire, new("silence.expire", ManagementRole.Operator), "Ends a silence", (call, _) => Expire(call));
    }

    private Reply<SilenceResult> Silence(ManagementCall call, SilenceRequest body)
    {
        call.OnlyLooked = body.DryRun;
        if (body.Matchers is not { Count: > 0 and <= MostMatchers } given || given.Any(m => m is not { Name: not null, Operator: not null, Value: not null }))
        {
            return Refusal.Invalid($"matchers are 1 to {MostMatchers} objects with name, operator and value.");
        }

        Alerts.SilenceMatcher[] matchers = [.. given.Select(m => new Alerts.SilenceMatcher(m.Name, m.Operator, m.Value))];
        if (matchers.Select(m => m.Problem()).FirstOrDefault(p => p is not null) is { } unfit)
        {
            return Refusal.Invalid(unfit);
        }

        Chat.Contracts.Management.AlertView[] mutes = [.. book.WouldSilence(matchers).Select(views.View)];
        if (body.DryRun)
        {
            return new SilenceResult { Mutes = mutes };
        }

        if (RequestBody.NeedReason(call, body.Comment) is not null || body.EndsAt is not { } ends)
        {
            return Refusal.Invalid("A silence needs endsAt and a comment of up to 500 printable characters.");
        }

        var answer = book.Silence(new(matchers, body.StartsAt, ends, call.Caller.Name, body.Comment!));
        if (answer.Id is not { } id)
        {
            return Refusal.Invalid(answer.Problem ?? "It was not taken.");
        }

        call.Object = $"silences/{id}";
        call.After = string.Join(", ", matchers.Select(m => $"{m.Name}{m.Operator}{m.Value}"));
        return new SilenceResult { Id = id, Mutes = mutes, CorrelationId = call.CorrelationId };
    }

    private Reply<ActionResult> Expire(ManagementCall call)
    {
        if (book.ExpireSilence(call.Id))
        {
            return new ActionResult { Outcome = ActionOutcomes.Done, Text = "It mutes no more.", Count = 1, CorrelationId = call.CorrelationId };
        }

        return book.Current.Silences.Any(s => s.Silence.Id == call.Id)
            ? new ActionResult { Outcome = ActionOutcomes.Already, Text = "It had ended.", CorrelationId = call.CorrelationId }
            : Refusal.NotFound("silence");
    }
}
