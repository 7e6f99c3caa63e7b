using Chat.Server.Backplane;
using Chat.Server.Storage;
using Chat.Server.Storage.Signals;
using Microsoft.Extensions.Options;

namespace Chat.Server.Delivery.Nodes;

/// <summary>
/// Wakes other nodes by way of the database when the bus may not reach them. The first commit rings at once; those that follow
/// within <see cref="DeliveryOptions.SignalInterval"/> share the next ring, so a busy node costs a few statements and not one a commit.
/// </summary>
internal sealed partial class CommitBell(
    ICommitSignal signal, IBackplane bus, BackplaneNode node, IOptions<DeliveryOptions> options, TimeProvider time, ILogger<CommitBell> logger) : BackgroundService
{
    private readonly SemaphoreSlim _rung = new(0, 1);
    private int _waiting;

    /// <summary>Something was committed. Cheap, never waits.</summary>
    public void Ring(BackplaneStatus status)
    {
        if (signal.IsSupported && !status.ReachesNodes && Interlocked.Exchange(ref _waiting, 1) == 0)
        {
            _rung.Release();
        }
    }

    /// <summary>Whether a ring comes from somebody whose commits would else not be noticed here at once.</summary>
    public bool Concerns(string word) => word != node.Name && word != node.Group;

    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        while (true)
        {
            await _rung.WaitAsync(stop);
            // From here on another commit rings again: this one may miss it.
            Volatile.Write(ref _waiting, 0);
            try
            {
                // With Redis out of use the relay carries the hints to the siblings: they need not read.
                await signal.SendAsync(bus.Status.Mode == BackplaneMode.Redis ? node.Name : node.Group, stop);
            }
            catch (StorageUnavailableException)
            {
                // Whoever follows reads again soon, and nothing is committed meanwhile.
            }
            catch (Exception e) when (!stop.IsCancellationRequested)
            {
                // The others find the commit when they next read. Ended, this loop would end the whole process.
                Log.RingFault(logger, e);
            }

            await Task.Delay(options.Value.SignalInterval, time, stop);
        }
    }

    public override void Dispose()
    {
        _rung.Dispose();
        base.Dispose();
    }

    private static partial class Log
    {
        [LoggerMessage(1248, LogLevel.Error, "Other nodes could not be told of a commit through the database; they find it when they next read", EventName = "RingFault")]
        public static partial void RingFault(ILogger logger, Exception exception);
    }
}
