using Chat.Server.Realtime.Spool;
using Chat.Server.Storage;

namespace Chat.Server.Realtime;

/// <summary>
/// Stores what was spooled, in order, as soon as storage is there: first what dead processes of this node left, then this one's own. What
/// is stored again under the same id is found to be there, so a crash at any point costs time only.
/// </summary>
internal sealed partial class SpoolDrain(
    RealtimeLane lane,
    OwnSpool spool,
    SpoolFolder folder,
    SpoolFiles files,
    SpoolStore store,
    StorageBreaker breaker,
    RealtimeMeter meter,
    TimeProvider time,
    ILogger<SpoolDrain> logger) : BackgroundService
{
    private const int BatchSize = 256;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Idle = TimeSpan.FromMilliseconds(250);

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        meter.Watch(() => spool.Count, () => spool.Bytes, () => spool.Fill, () => spool.OldestAge.TotalSeconds);
        return base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        files.Dispose();
    }

    protected override Task ExecuteAsync(CancellationToken stop) => Task.WhenAll(
        Task.Run(() => spool.WriteAsync(lane.Saved, stop), stop),
        Task.Run(() => RunAsync(stop), stop));

    private async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await breaker.WaitUntilClosedAsync(stop);
                if (!await StepAsync(stop))
                {
                    await Task.Delay(spool.HasUnread ? Pause : Idle, time, stop);
                }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                Log.DrainFault(logger, e);
                files.Rewind();
                lane.HoldBack();
                await Task.Delay(Idle, time, stop);
            }
        }
    }

    /// <summary>Stores the next of what waits; false when there is nothing to be done now.</summary>
    internal async Task<bool> StepAsync(CancellationToken stop)
    {
        if (folder.TryAdopt() is { } orphan)
        {
            using (orphan)
            {
                await DrainOrphanAsync(orphan, stop);
            }

            return true;
        }

        // Behind what a dead process left, also when another one stores it: its publishers have gone on here.
        if (!folder.IsClear)
        {
            return false;
        }

        var items = files.Read(BatchSize);
        if (items.Count == 0)
        {
            lane.ReleaseIfEmpty();
            return false;
        }

        var done = await store.StoreAsync(items, own: true, stop);
        if (done > 0)
        {
            spool.Drained(items[..done]);
        }

        if (done < items.Count)
        {
            files.Rewind();
        }

        return done == items.Count;
    }

    private async Task DrainOrphanAsync(SpoolFile orphan, CancellationToken stop)
    {
        while (!orphan.IsDrained)
        {
            await breaker.WaitUntilClosedAsync(stop);
            if (ReadOrSetAside(orphan) is not { } items)
            {
                return;
            }

            var done = await store.StoreAsync(items, own: false, stop);
            if (done > 0)
            {
                orphan.Advance(items[done - 1].Next);
            }

            if (done < items.Count)
            {
                orphan.Rewind();
                await Task.Delay(Pause, time, stop);
            }
        }

        orphan.Delete();
        folder.Forget();
    }

    private List<SpoolBatchItem>? ReadOrSetAside(SpoolFile orphan)
    {
        try
        {
            return orphan.Read(BatchSize);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            // Of a newer program, or damaged: what is in it is kept for who can read it, and holds up nobody.
            folder.SetAside(orphan);
            folder.Forget();
            Log.Unreadable(logger, Path.GetFileName(orphan.Path));
            return null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1402, LogLevel.Error, "Draining the spool failed; trying again", EventName = "DrainFault")]
        public static partial void DrainFault(ILogger logger, Exception exception);

        [LoggerMessage(1404, LogLevel.Error, "{File} holds spooled sends that cannot be read; it is kept under this name and not stored", EventName = "SpoolUnreadable")]
        public static partial void Unreadable(ILogger logger, string file);
    }
}
