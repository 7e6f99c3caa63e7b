using Chat.Admin.Access;
using Chat.Admin.Parts.Dialogs;
using Chat.Contracts.Management;
using Radzen;

namespace Chat.Admin.ServerApi;

/// <summary>What can be done about alerts. The nodes judge for themselves, so an act goes to each that has the alert.</summary>
internal sealed class AlertActions(Actions actions, Fleet fleet, DialogDesk desk)
{
    public async Task AcknowledgeAsync(AlertGroup group)
    {
        foreach (var node in group.Nodes)
        {
            await actions.DoAsync(Role.Operator, "alert.acknowledge", Target(group), node, Address.Of(ManagementRoutes.AlertAcknowledge, group.Alert.Fingerprint), new AcknowledgeRequest());
        }
    }

    public async Task AcknowledgeWithNoteAsync(AlertGroup group)
    {
        if (await desk.AskAsync(new($"Acknowledge {group.Alert.Rule}?", "Stops the repeated notifications; the alert goes on until its cause ends.", "Acknowledge")
            {
                ReasonRequired = true,
                ReasonLabel = "What the others should know",
            }) is not { } consent)
        {
            return;
        }

        foreach (var node in group.Nodes)
        {
            await actions.DoAsync(
                Role.Operator, "alert.acknowledge", Target(group), node, Address.Of(ManagementRoutes.AlertAcknowledge, group.Alert.Fingerprint), new AcknowledgeRequest { Note = consent.Reason });
        }
    }

    public async Task UnacknowledgeAsync(AlertGroup group)
    {
        foreach (var node in group.Nodes)
        {
            await actions.DoAsync(Role.Operator, "alert.unacknowledge", Target(group), node, Address.Of(ManagementRoutes.AlertUnacknowledge, group.Alert.Fingerprint));
        }
    }

    /// <summary>What it would mute now, over all nodes.</summary>
    public async Task<IReadOnlyList<AlertView>> WouldMuteAsync(SilenceRequest request)
    {
        var mutes = new List<AlertView>();
        foreach (var node in fleet.Nodes)
        {
            var reply = await actions.PostAsync<SilenceResult>(Role.Operator, "alert.silence", "preview", node, ManagementRoutes.Silences, request with { DryRun = true });
            mutes.AddRange(reply?.Value?.Mutes ?? []);
        }

        return [.. mutes.DistinctBy(m => m.Fingerprint)];
    }

    public async Task SilenceAsync(SilenceRequest request)
    {
        var done = 0;
        foreach (var node in fleet.Nodes)
        {
            var reply = await actions.PostAsync<SilenceResult>(Role.Operator, "alert.silence", "silence", node, ManagementRoutes.Silences, request);
            if (reply is null)
            {
                return;
            }

            if (reply.Error is { } error)
            {
                actions.Tell(error, $"Silence on {node}");
            }
            else
            {
                done++;
            }
        }

        if (done > 0)
        {
            actions.Tell(NotificationSeverity.Success, "Done", $"Silenced on {done} of {fleet.Nodes.Count} {(fleet.Nodes.Count == 1 ? "node" : "nodes")}.");
        }
    }

    public Task ExpireAsync(string node, SilenceView silence) =>
        actions.DoAsync(Role.Operator, "silence.expire", $"silence/{silence.Id}", node, Address.Of(ManagementRoutes.SilenceExpire, silence.Id));

    /// <summary>What became of it; null when it was not tried.</summary>
    public async Task<Reply<ActionResult>?> TestAsync(string node, string channel)
    {
        if (await desk.AskAsync(new($"Send a trial notification by {channel}?", "Whoever listens there gets it.", "Send")) is null)
        {
            return null;
        }

        var target = $"channel/{channel}";
        var reply = await actions.PostAsync<ActionResult>(Role.Operator, "channel.test", target, node, Address.Of(ManagementRoutes.ChannelTest, channel), new { });
        if (reply is not null)
        {
            actions.Tell(reply, target);
        }

        return reply;
    }

    public async Task ChangeRuleAsync(string rule, RuleRequest request)
    {
        foreach (var node in fleet.Nodes)
        {
            await actions.DoAsync(Role.Admin, "rule.change", $"rule/{rule}", node, Address.Of(ManagementRoutes.Rule, rule), request);
        }
    }

    public async Task ResetRuleAsync(string rule)
    {
        foreach (var node in fleet.Nodes)
        {
            await actions.DoAsync(Role.Admin, "rule.reset", $"rule/{rule}", node, Address.Of(ManagementRoutes.RuleReset, rule));
        }
    }

    private static string Target(AlertGroup group) => $"alert/{group.Alert.Rule}";
}
