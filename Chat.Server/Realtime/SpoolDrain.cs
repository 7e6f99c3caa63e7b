using Chat.Server.Realtime.Spool;
using Chat.Server.Storage;

namespace Chat.Server.Realtime;

/// <summary>
/// Stores what was spooled on this node, in order, as soon as storage is there; one process at a time, whichever has the turn, for all of
/// them. What is stored again under the same id is found to be there, so a crash at any point costs time only.
/// </summary>
internal sealed partial class SpoolDrain(
    OwnSpool spool,
    SpoolFolder folder,
    SpoolFiles files,
    SpoolStore store,
    RealtimeLane lane,
    StorageBreaker breaker,
    RealtimeMeter meter,
    TimeProvider time,
    ILogger<SpoolDrain> logger) : BackgroundService
{
    private const int BatchSize = 256;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan Idle = TimeSpan.FromMilliseconds(250);

    /// <summary>What a process wrote and died before it could tell of: nobody has a receipt for that, so nobody is in a hurry.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);

    private long? _lookedAt;
    private long _oldestAt;

    /// <summary>How long the oldest has waited, also when it is what another process left.</summary>
    internal TimeSpan OldestAge
    {
        get
        {
            var (own, seen) = (spool.OldestAge, Volatile.Read(ref _oldestAt));
            var other = seen == 0 || folder.Board.IsClear ? TimeSpan.Zero : time.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(seen);
            return own > other ? own : other;
        }
    }

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        meter.Watch(() => spool.Count, () => spool.Bytes, () => spool.Fill, () => OldestAge.TotalSeconds);
        try
        {
            LookForLeftovers();
        }
        catch (Exception e)
        {
            // The loop looks again.
            Log.DrainFault(logger, e);
        }

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
                await StepAsync(stop);
                await Task.Delay(spool.IsClear ? Idle : Pause, time, stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                Log.DrainFault(logger, e);
                await Task.Delay(Idle, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>What lies there when the power comes back no living process has told of: everybody queues behind it, from before this one's first client.</summary>
    private void LookForLeftovers()
    {
        if (!folder.Files(SpoolFolder.Suffix).Any())
        {
            return;
        }

        folder.Board.MarkPublished();
        using var turn = folder.TryTakeTurn();
        turn?.Read(0);
    }

    /// <summary>Stores what waits, if there is something, storage takes it and it is this process's turn.</summary>
    internal async Task StepAsync(CancellationToken stop)
    {
        spool.Settle();
        var isDue = _lookedAt is not { } at || time.GetElapsedTime(at) > LookEvery;
        if (!isDue && (spool.IsClear || !breaker.IsClosed))
        {
            return;
        }

        _lookedAt = time.GetTimestamp();
        using var turn = folder.TryTakeTurn();
        if (turn is not null)
        {
            await DrainAsync(turn, stop);
        }

        // While another one drains it is for that one to tell.
        Volatile.Write(ref _oldestAt, turn?.OldestAt ?? 0);
    }

    private async Task DrainAsync(SpoolTurn turn, CancellationToken stop)
    {
        // Nobody is to wait for an end before it is known that nobody is made to spool meanwhile.
        var forced = -1L;
        while (breaker.IsClosed)
        {
            var before = folder.Board.ForcedCount;
            var items = turn.Read(BatchSize);
            folder.Board.MarkEnding(items.Count is > 0 and < BatchSize && before == forced);
            forced = before;
            if (items.Count == 0)
            {
                spool.Settle();
                return;
            }

            var done = await store.StoreAsync(items, stop);
            turn.Advance(items, done);
            spool.Settle();
            if (done < items.Count)
            {
                folder.Board.MarkEnding(false);
                return;
            }
        }

        turn.Read(0);
    }

    private static partial class Log
    {
        [LoggerMessage(1402, LogLevel.Error, "Draining the spool failed; trying again", EventName = "DrainFault")]
        public static partial void DrainFault(ILogger logger, Exception exception);
    }
}
