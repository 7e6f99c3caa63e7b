using Chat.Server.Workers.Ports;
using Chat.Server.Workers.Runtime;
using Microsoft.Extensions.Options;

namespace Chat.Server.Workers.Supervision;

internal sealed class CrewCommands(Crew crew, RollingRestarter rolling, RuntimeSettings settings, IOptions<WorkersOptions> options) : IWorkerCommands
{
    public CommandOutcome Restart(string id, TimeSpan? window = null) => Leave(id, window, "restart", comeBack: true);

    public CommandOutcome Drain(string id, TimeSpan? window = null) => Leave(id, window, "drained by an operator", comeBack: false);

    public CommandOutcome Stop(string id) => Leave(id, TimeSpan.Zero, "stopped by an operator", comeBack: false);

    public CommandOutcome Start(string id) => crew.Find(id)?.Start() ?? CommandOutcome.UnknownWorker;

    public CommandOutcome Kill(string id)
    {
        if (crew.Find(id) is not { } slot)
        {
            return CommandOutcome.UnknownWorker;
        }

        // For no reason of the supervisor's own, so that it is judged as the crash that it stands for.
        slot.Kill(KilledFor.Nothing);
        return CommandOutcome.Accepted;
    }

    public CommandOutcome RestartAll(TimeSpan? window = null) => rolling.TryBegin(window ?? options.Value.DrainWindow) ? CommandOutcome.Accepted : CommandOutcome.Already;

    public CommandOutcome Set(string key, string? value)
    {
        settings.Change(key, value);
        crew.Set(key, value);
        return CommandOutcome.Accepted;
    }

    private CommandOutcome Leave(string id, TimeSpan? window, string reason, bool comeBack) =>
        crew.Find(id)?.Leave(window ?? options.Value.DrainWindow, reason, comeBack) ?? CommandOutcome.UnknownWorker;
}
