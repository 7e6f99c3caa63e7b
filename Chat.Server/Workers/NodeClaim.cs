using Chat.Server.Workers.Listening;
using Chat.Server.Workers.Ports;
using Microsoft.Extensions.Options;

namespace Chat.Server.Workers;

/// <summary>What a node holds while it lives: its data folder and its public ports. Taken before anything starts.</summary>
internal sealed class NodeClaim(ProcessPlan plan, IOptions<WorkersOptions> options, TimeProvider time) : IDisposable
{
    // The workers of a killed supervisor leave within 2 s; until then they are on the ports, and a service manager starts us again at once.
    private static readonly TimeSpan PredecessorTime = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private NodeLock? _lock;
    private PortClaim? _ports;

    /// <exception cref="StartRefusedException">Somebody else has it.</exception>
    public async Task TakeAsync()
    {
        if (plan.Role is ProcessRole.Worker)
        {
            return;
        }

        if (plan.Role is ProcessRole.Supervisor)
        {
            _lock = NodeLock.Take(options.Value.DataFolder);
            _ports = await TakePortsAsync(_lock.PredecessorWasKilled ? PredecessorTime : TimeSpan.Zero);
            _lock.WriteNote(new(Environment.ProcessId, plan.Public, plan.Management, time.GetUtcNow()));
        }
        else
        {
            PortClaim.Take(plan.Public, share: false).Dispose();
        }

        PortClaim.Take([plan.Management], share: false).Dispose();
    }

    public void Dispose()
    {
        _ports?.Dispose();
        _lock?.Dispose();
    }

    private async Task<PortClaim> TakePortsAsync(TimeSpan patience)
    {
        var since = time.GetTimestamp();
        while (true)
        {
            try
            {
                return PortClaim.Take(plan.Public, share: SharedPort.IsSupported);
            }
            catch (StartRefusedException) when (time.GetElapsedTime(since) < patience)
            {
                await Task.Delay(Pause, time, CancellationToken.None);
            }
        }
    }
}
