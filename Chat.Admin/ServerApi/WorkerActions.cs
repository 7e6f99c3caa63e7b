using Chat.Admin.Access;
using Chat.Admin.Parts;
using Chat.Admin.Parts.Dialogs;
using Chat.Contracts.Management;

namespace Chat.Admin.ServerApi;

/// <summary>What an operator does to a node's processes, with the question before it.</summary>
internal sealed class WorkerActions(Actions actions, DialogDesk desk)
{
    public Task StartAsync(string node, string id) =>
        actions.DoAsync(Role.Operator, "worker.start", $"worker/{id}", node, Address.Of(ManagementRoutes.WorkerStart, id));

    public Task RestartAsync(string node, WorkerView worker) => AskAsync(
        Role.Operator, "worker.restart", ManagementRoutes.WorkerRestart, node, worker,
        "Restart", $"{Clients(worker)} are sent away over the drain window and reconnect to the other workers; then it starts again. Nothing accepted is lost.", window: new());

    public Task DrainAsync(string node, WorkerView worker) => AskAsync(
        Role.Operator, "worker.drain", ManagementRoutes.WorkerDrain, node, worker,
        "Drain", $"{Clients(worker)} are sent away over the drain window; then it stays down until somebody starts it.", window: new());

    public Task StopAsync(string node, WorkerView worker) => AskAsync(
        Role.Operator, "worker.stop", ManagementRoutes.WorkerStop, node, worker,
        "Stop", $"{Clients(worker)} are cut at once and reconnect elsewhere; it stays down until somebody starts it.");

    public Task KillAsync(string node, WorkerView worker) => AskAsync(
        Role.Admin, "worker.kill", ManagementRoutes.WorkerKill, node, worker,
        "Kill", $"{Clients(worker)} break without a word, as in a crash; the supervisor starts another. Only a server in Development does this.");

    public Task StacksAsync(string node, WorkerView worker) => AskAsync(
        Role.Admin, "worker.stacks", ManagementRoutes.WorkerStacks, node, worker,
        "Take stacks of", "It stands still for about half a second, and its clients wait. Only the names of methods are taken, nothing of its memory.", "Take");

    public async Task RestartAllAsync(string node, int workers)
    {
        var window = new WindowDraft();
        if (await desk.AskAsync(new($"Restart all {workers} workers of {node}?", "One after the other; each replacement is ready before the next one drains. There is no undo.", "Restart all")
            {
                Typed = $"restart {workers}",
                Danger = true,
                Body = window.Body,
                Problem = window.Problem,
            }) is not null)
        {
            await actions.DoAsync(Role.Admin, "worker.restart-all", "workers", node, ManagementRoutes.RestartAll, window.ToRequest());
        }
    }

    private async Task AskAsync(Role least, string action, string route, string node, WorkerView worker, string verb, string effect, string? button = null, WindowDraft? window = null)
    {
        if (await desk.AskAsync(new($"{verb} {worker.Id} of {node}?", effect, button ?? verb) { Body = window?.Body, Problem = window is null ? null : window.Problem }) is not null)
        {
            await actions.DoAsync(least, action, $"worker/{worker.Id}", node, Address.Of(route, worker.Id), window?.ToRequest());
        }
    }

    private static string Clients(WorkerView worker) => worker.Connections == 1 ? "Its one connection" : $"Its {Units.Count(worker.Connections)} connections";
}
