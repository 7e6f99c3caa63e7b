using Chat.Contracts.Management;
using Chat.Server.Management.Api;
using Chat.Server.Management.Callers;
using Chat.Server.Management.Views;
using Chat.Server.Workers;
using Chat.Server.Workers.Ports;

namespace Chat.Server.Management.Routes;

internal sealed class WorkerRoutes(IWorkerCommands commands, WorkerViews views, ProcessPlan plan, IHostEnvironment environment) : IManagementRoutes
{
    private const double LongestWindow = 3600;

    private bool Supervised => plan.Role is ProcessRole.Supervisor;

    public void Map(ManagementMap map)
    {
        map.Get<WorkersAnswer>(ManagementRoutes.Workers, "All processes of the node", _ => views.All(Supervised));
        map.Get<WorkerDetail>(
            ManagementRoutes.Worker, "One process with its timeline and its latest output", call => views.Detail(call.Id, call.Caller.May(ManagementRole.Admin)) is { } found ? found : Refusal.NotFound("worker"));
        Command(map, ManagementRoutes.WorkerRestart, "worker.restart", "Drains a worker, then starts it again", (id, window) => commands.Restart(id, window));
        Command(map, ManagementRoutes.WorkerDrain, "worker.drain", "Drains a worker; it stays down until it is started", (id, window) => commands.Drain(id, window));
        Command(map, ManagementRoutes.WorkerStop, "worker.stop", "Stops a worker without giving its clients time", (id, _) => commands.Stop(id));
        Command(map, ManagementRoutes.WorkerStart, "worker.start", "Starts a stopped or failed worker, or ends its back-off", (id, _) => commands.Start(id));
        Command(
            map,
            ManagementRoutes.WorkerKill,
            "worker.kill",
            "Ends a worker's process without a word, as a crash would; in Development only",
            (id, _) => environment.IsDevelopment() ? commands.Kill(id) : null,
            ManagementRole.Admin);
        Command(
            map,
            ManagementRoutes.RestartAll,
            "worker.restart-all",
            "Restarts all workers, one after the other",
            (_, window) => Supervised ? commands.RestartAll(window) : CommandOutcome.NotSupervised,
            ManagementRole.Admin);
    }

    private static void Command(
        ManagementMap map, string route, string action, string summary, Func<string, TimeSpan?, CommandOutcome?> command, ManagementRole role = ManagementRole.Operator) =>
        map.Post<WorkerActionRequest, ActionResult>(route, new(action, role), summary, (call, body) =>
        {
            if (RequestBody.CheckReason(call, body.Reason) is { } wrong)
            {
                return wrong;
            }

            if (body.WindowSeconds is { } seconds && !(seconds >= 0 && seconds <= LongestWindow))
            {
                return Refusal.Invalid($"windowSeconds is a number from 0 to {LongestWindow}.");
            }

            return Told(call, command(call.Id, body.WindowSeconds is { } window ? TimeSpan.FromSeconds(window) : null));
        });

    private static Reply<ActionResult> Told(ManagementCall call, CommandOutcome? outcome) => outcome switch
    {
        null => new Refusal(ManagementCodes.NotSupported, "Only a server in Development does that."),
        CommandOutcome.Accepted => new ActionResult { Outcome = ActionOutcomes.Accepted, Text = "It is under way; the events tell how it goes on.", Count = 1, CorrelationId = call.CorrelationId },
        CommandOutcome.Already => new ActionResult { Outcome = ActionOutcomes.Already, Text = "It is so already, or under way.", CorrelationId = call.CorrelationId },
        CommandOutcome.UnknownWorker => Refusal.NotFound("worker"),
        _ => new Refusal(ManagementCodes.NotSupported, "Everything runs in one process (Workers:Count is 0): restart the process."),
    };
}
