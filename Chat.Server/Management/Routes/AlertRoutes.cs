using Chat.Contracts.Management;
using Chat.Server.Alerts;
using Chat.Server.Alerts.Rules;
using Chat.Server.Management.Api;
using Chat.Server.Management.Callers;
using Chat.Server.Management.Views;

namespace Chat.Server.Management.Routes;

internal sealed class AlertRoutes(IAlertBook book, AlertViews views) : IManagementRoutes
{
    private const double Day = 86_400;

    public void Map(ManagementMap map)
    {
        map.Get<AlertsAnswer>(ManagementRoutes.Alerts, "Alerts, silences, rules and channels", _ => views.All());
        map.Get<AlertHistoryAnswer>(ManagementRoutes.AlertHistory, "Ended alerts, newest first", History, ["since", "until", "rule"]);
        map.Get<ChannelCard[]>(ManagementRoutes.Channels, "Where notifications go, with an example of each", call => views.Cards(call.Caller.May(ManagementRole.Operator)));
        map.Post<AcknowledgeRequest, ActionResult>(
            ManagementRoutes.AlertAcknowledge, new("alert.acknowledge", ManagementRole.Operator), "Takes an alert on: it is not repeated", Acknowledge);
        map.Post<ReasonRequest, ActionResult>(
            ManagementRoutes.AlertUnacknowledge, new("alert.unacknowledge", ManagementRole.Operator), "Gives an alert back", (call, _) => Unacknowledge(call));
        map.Post<RuleRequest, ActionResult>(ManagementRoutes.Rule, new("rule.change", ManagementRole.Admin), "Changes a rule until it is reset", ChangeRule);
        map.Post<ReasonRequest, ActionResult>(ManagementRoutes.RuleReset, new("rule.reset", ManagementRole.Admin), "Back to what is configured", ResetRule);
        map.Post<ReasonRequest, ActionResult>(
            ManagementRoutes.ChannelTest, new("channel.test", ManagementRole.Operator), "Sends a trial notification", (call, _) => TestAsync(call));
    }

    private Reply<AlertHistoryAnswer> History(ManagementCall call)
    {
        var (since, until, rule) = (call.Query.Moment("since"), call.Query.Moment("until"), call.Query.Text("rule"));
        return call.Query.Problem is { } wrong ? wrong : views.History(since, until, rule);
    }

    private Reply<ActionResult> Acknowledge(ManagementCall call, AcknowledgeRequest body)
    {
        if (RequestBody.CheckReason(call, body.Note) is { } wrong)
        {
            return wrong;
        }

        if (book.Current.Firing.FirstOrDefault(a => a.Fingerprint == call.Id) is { Acknowledged: not null })
        {
            return Result(call, ActionOutcomes.Already, "Somebody has taken it on already.");
        }

        return book.Acknowledge(call.Id, call.Caller.Name, body.Note ?? "") ? Result(call, ActionOutcomes.Done, "It is not repeated any more.") : Refusal.NotFound("firing alert");
    }

    private Reply<ActionResult> Unacknowledge(ManagementCall call)
    {
        if (book.Unacknowledge(call.Id, call.Caller.Name))
        {
            return Result(call, ActionOutcomes.Done, "It is repeated again.");
        }

        return book.Current.Firing.Any(a => a.Fingerprint == call.Id) ? Result(call, ActionOutcomes.Already, "Nobody had taken it on.") : Refusal.NotFound("firing alert");
    }

    private Reply<ActionResult> ChangeRule(ManagementCall call, RuleRequest body)
    {
        if (RequestBody.CheckReason(call, body.Reason) is { } wrong)
        {
            return wrong;
        }

        if (Rule(call) is not { } before)
        {
            return Refusal.NotFound("rule");
        }

        if (body is { Threshold: null, ForSeconds: null, Enabled: null })
        {
            return Refusal.Invalid("Nothing to change: name threshold, forSeconds or enabled.");
        }

        if (body.ForSeconds is { } seconds && !(seconds >= 0 && seconds <= Day))
        {
            return Refusal.Invalid($"forSeconds is a number from 0 to {Day}.");
        }

        call.Before = Words(before);

        // No more than is named: what is left out goes on following the configuration.
        var change = new RuleChange(body.Threshold, body.ForSeconds is { } @for ? TimeSpan.FromSeconds(@for) : null, body.Enabled);
        if (book.ChangeRule(call.Id, change) is { } problem)
        {
            return Refusal.Invalid(problem);
        }

        call.After = Rule(call) is { } after ? Words(after) : null;
        return Result(call, ActionOutcomes.Done, $"It was {call.Before}, it is {call.After}.");
    }

    private Reply<ActionResult> ResetRule(ManagementCall call, ReasonRequest body)
    {
        if (RequestBody.CheckReason(call, body.Reason) is { } wrong)
        {
            return wrong;
        }

        if (Rule(call) is not { } before)
        {
            return Refusal.NotFound("rule");
        }

        call.Before = Words(before);
        var changed = book.ResetRule(call.Id);
        call.After = Rule(call) is { } after ? Words(after) : null;
        return Result(call, changed ? ActionOutcomes.Done : ActionOutcomes.Already, "It is as configured.");
    }

    private async Task<Reply<ActionResult>> TestAsync(ManagementCall call)
    {
        if (book.Current.Channels.All(c => c.Name != call.Id))
        {
            return Refusal.NotFound("channel");
        }

        return await book.TestChannelAsync(call.Id, call.TimeUp) is { } problem
            ? new Refusal(ManagementCodes.Conflict, problem)
            : Result(call, ActionOutcomes.Done, "It got through.");
    }

    private RuleSettings? Rule(ManagementCall call) => book.Current.Rules.FirstOrDefault(r => r.Name == call.Id)?.Settings;

    private static string Words(RuleSettings settings) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{(settings.Enabled ? "on" : "off")}, threshold {settings.Threshold}, for {settings.For.TotalSeconds} s");

    private static ActionResult Result(ManagementCall call, string outcome, string text) =>
        new() { Outcome = outcome, Text = text, Count = outcome == ActionOutcomes.Already ? 0 : 1, CorrelationId = call.CorrelationId };
}
