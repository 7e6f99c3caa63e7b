using Chat.Server.Alerts;
using Chat.Server.Health;
using Chat.Server.Workers.Ports;

namespace Chat.Server.Management.Views;

/// <summary>
/// Work on the node that an operator announced: the alerts remember it, also over a restart, and every process of the node says that it is not ready.
/// </summary>
internal sealed class MaintenanceDesk(IAlertBook book, IWorkerCommands commands) : IHostedService
{
    private readonly Lock _lock = new();
    private bool _told;

    /// <summary>Answers what was so before.</summary>
    public bool Set(bool on)
    {
        var before = book.Current.Maintenance;
        book.SetMaintenance(on);
        Follow();
        return before;
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        // What was so before a restart is known when the alerts are judged for the first time.
        book.Changed += Follow;
        Follow();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        book.Changed -= Follow;
        return Task.CompletedTask;
    }

    private void Follow()
    {
        lock (_lock)
        {
            var on = book.Current.Maintenance;
            if (on != _told)
            {
                _told = on;

                // Ended, it is what the configuration says.
                commands.Set($"{HealthOptions.Section}:{nameof(HealthOptions.Maintenance)}", on ? bool.TrueString : null);
            }
        }
    }
}
