using Chat.Contracts.Management;
using Chat.Server.Management.Api;
using Chat.Server.Management.Callers;
using Chat.Server.Management.Views;

namespace Chat.Server.Management.Routes;

internal sealed class MaintenanceRoutes(MaintenanceDesk desk) : IManagementRoutes
{
    public void Map(ManagementMap map) => map.Post<MaintenanceRequest, ActionResult>(
        ManagementRoutes.Maintenance, new("maintenance", ManagementRole.Admin), "Announces work: only the gravest alerts are told, and the node is not ready", Maintain);

    private Reply<ActionResult> Maintain(ManagementCall call, MaintenanceRequest body)
    {
        if (body.On is not { } on)
        {
            return Refusal.Invalid("on is true or false.");
        }

        if (RequestBody.NeedReason(call, body.Reason) is { } wrong)
        {
            return wrong;
        }

        var before = desk.Set(on);
        (call.Before, call.After) = (before ? "on" : "off", on ? "on" : "off");
        return new ActionResult
        {
            Outcome = before == on ? ActionOutcomes.Already : ActionOutcomes.Done,
            Text = on ? "Only the gravest alerts are told; the node takes no newcomers." : "All alerts are told; the node takes newcomers.",
            Count = before == on ? 0 : 1,
            CorrelationId = call.CorrelationId,
        };
    }
}
