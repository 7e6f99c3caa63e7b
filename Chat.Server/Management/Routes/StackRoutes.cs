using Chat.Contracts.Management;
using Chat.Server.Management.Api;
using Chat.Server.Management.Callers;
using Chat.Server.Management.Stacks;
using Chat.Server.Workers;
using Chat.Server.Workers.Ports;

namespace Chat.Server.Management.Routes;

/// <summary>What the threads of a process do, for one that hangs. Names of methods alone: a dump of its memory is not to be had here.</summary>
internal sealed class StackRoutes(StackDesk desk, IWorkersMonitor monitor, ProcessPlan plan) : IManagementRoutes
{
    public void Map(ManagementMap map)
    {
        map.Get<StacksAnswer>(ManagementRoutes.WorkerStacks, "The stacks of a process that were taken last", Read, role: ManagementRole.Admin);
        map.Post<WorkerActionRequest, ActionResult>(
            ManagementRoutes.WorkerStacks, new("worker.stacks", ManagementRole.Admin), "Takes the stacks of all threads of a process, which stands still meanwhile", Take);
    }

    private Reply<StacksAnswer> Read(ManagementCall call) => Find(call.Id) is null ? Refusal.NotFound("worker") : desk.Of(call.Id);

    private Reply<ActionResult> Take(ManagementCall call, WorkerActionRequest body)
    {
        if (RequestBody.CheckReason(call, body.Reason) is { } wrong)
        {
            return wrong;
        }

        if (Find(call.Id) is not { } found)
        {
            return Refusal.NotFound("worker");
        }

        if (plan.Role is not ProcessRole.Supervisor)
        {
            return new Refusal(ManagementCodes.NotSupported, "Everything runs in one process (Workers:Count is 0), which cannot stop itself to be looked at.");
        }

        return desk.Hindrance is { } hindrance ? new Refusal(ManagementCodes.NotSupported, hindrance)
            : found.Pid is not { } pid ? new Refusal(ManagementCodes.Conflict, "It has no process now.")
            : desk.TryBegin(call.Id, pid)
                ? new ActionResult { Outcome = ActionOutcomes.Accepted, Text = "They are being taken.", Count = 1, CorrelationId = call.CorrelationId }
                : new ActionResult { Outcome = ActionOutcomes.Already, Text = "Stacks are being taken already; one process at a time.", CorrelationId = call.CorrelationId };
    }

    private WorkerSnapshot? Find(string id)
    {
        var now = monitor.Current;
        return now.Workers.Concat(now.Companions).FirstOrDefault(w => w.Id == id);
    }
}
