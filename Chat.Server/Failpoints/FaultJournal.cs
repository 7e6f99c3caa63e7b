using Chat.Server.Workers.Ports;

namespace Chat.Server.Failpoints;

/// <summary>Puts what a process pretends into the node's events, so that what follows is not taken for real.</summary>
internal sealed class FaultJournal(FaultSwitches faults, IWorkerJournal journal) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        faults.Changed += Tell;
        foreach (var (id, order) in faults.Current)
        {
            // It began while this process was starting.
            Tell(id, order);
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        faults.Changed -= Tell;
        return Task.CompletedTask;
    }

    private void Tell(string id, FaultOrder? order) =>
        journal.Report("fault", order is null ? $"{id} is over" : $"{id} is pretended until {order.Until:HH:mm:ss} UTC");
}
