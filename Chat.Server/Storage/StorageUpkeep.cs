using Chat.Server.Storage.Model;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Chat.Server.Storage;

/// <summary>
/// Keeps the tables small: bodies that have expired go blank, the journal loses what every follower has read, devices that stayed
/// away for long are forgotten, and so are nodes. Every process does it; doing it twice ends the same.
/// </summary>
internal sealed partial class StorageUpkeep(
    StorageGate gate, StorageBreaker breaker, IOptions<StorageOptions> options, TimeProvider time, ILogger<StorageUpkeep> logger) : BackgroundService
{
    private const int MostAtOnce = 1_000;

    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(options.Value.UpkeepInterval, time);
        while (await timer.WaitForNextTickAsync(stop))
        {
            try
            {
                await breaker.WaitUntilClosedAsync(stop);
                await StepAsync(stop);
            }
            catch (StorageUnavailableException)
            {
                // Nothing is lost by being late.
            }
            catch (Exception e) when (!stop.IsCancellationRequested)
            {
                Log.UpkeepFault(logger, e);
            }
        }
    }

    internal async Task StepAsync(CancellationToken stop)
    {
        var now = time.GetUtcNow();
        await gate.RunAsync((db, ct) => BlankExpiredAsync(db, now.ToUnixTimeMilliseconds(), ct), stop);
        var journal = (now - options.Value.CommitRetention).ToUnixTimeMilliseconds();
        await gate.RunAsync((db, ct) => db.Commits.Where(c => c.At < journal).ExecuteDeleteAsync(ct), stop);
        var idle = (now - options.Value.DeviceRetention).ToUnixTimeMilliseconds();
        await gate.RunAsync((db, ct) => ForgetDevicesAsync(db, idle, ct), stop);
        var settled = (now - options.Value.DeadLetterRetention).ToUnixTimeMilliseconds();
        await gate.RunAsync((db, ct) => ForgetSettledAsync(db, settled, ct), stop);
    }

    /// <summary>A little at a time: a long transaction would hold up the writer on SQLite.</summary>
    private static async Task<int> BlankExpiredAsync(ChatDb db, long now, CancellationToken ct)
    {
        var blanked = 0;
        while (true)
        {
            var some = await db.Outbox
                .Where(o => o.ExpiresAt != null && o.Body != null && o.ExpiresAt <= now)
                .OrderBy(o => o.ExpiresAt)
                .Select(o => new { o.ConversationId, o.Seq })
                .Take(MostAtOnce)
                .ToListAsync(ct);
            foreach (var conversation in some.GroupBy(o => o.ConversationId))
            {
                var seqs = conversation.Select(o => o.Seq).ToList();
                blanked += await db.Outbox
                    .Where(o => o.ConversationId == conversation.Key && seqs.Contains(o.Seq))
                    .ExecuteUpdateAsync(o => o.SetProperty(p => p.Body, (string?)null), ct);
            }

            if (some.Count < MostAtOnce)
            {
                return blanked;
            }
        }
    }

    private static async Task<int> ForgetDevicesAsync(ChatDb db, long before, CancellationToken ct)
    {
        var idle = await db.Devices.AsNoTracking()
            .Where(d => d.LastSeenAt < before)
            .OrderBy(d => d.LastSeenAt)
            .Take(MostAtOnce)
            .ToListAsync(ct);
        foreach (var device in idle)
        {
            await db.Cursors.Where(c => c.UserId == device.UserId && c.DeviceId == device.DeviceId).ExecuteDeleteAsync(ct);
            await db.Subscriptions.Where(s => s.UserId == device.UserId && s.DeviceId == device.DeviceId).ExecuteDeleteAsync(ct);
            await db.DeliveryRounds.Where(r => r.UserId == device.UserId && r.DeviceId == device.DeviceId).ExecuteDeleteAsync(ct);
            await db.DeadLetters.Where(d => d.UserId == device.UserId && d.DeviceId == device.DeviceId).ExecuteDeleteAsync(ct);
            await db.Devices
                .Where(d => d.UserId == device.UserId && d.DeviceId == device.DeviceId && d.LastSeenAt < before)
                .ExecuteDeleteAsync(ct);
        }

        return idle.Count;
    }

    /// <summary>Letters that are replayed or discarded, rounds that led nowhere, blocks that have ended, nodes that are gone. What an operator has still to see to stays.</summary>
    private static async Task ForgetSettledAsync(ChatDb db, long before, CancellationToken ct)
    {
        await db.DeadLetters
            .Where(d => (d.State == DeadLetterState.Replayed || d.State == DeadLetterState.Discarded) && d.LastAt < before)
            .ExecuteDeleteAsync(ct);
        await db.DeliveryRounds.Where(r => r.LastAt < before).ExecuteDeleteAsync(ct);
        await db.Nodes.Where(n => n.SeenAt < before).ExecuteDeleteAsync(ct);
        await db.Blocks.Where(b => b.EndsAt != null && b.EndsAt < before && b.ChangedAt < before).ExecuteDeleteAsync(ct);
    }

    private static partial class Log
    {
        [LoggerMessage(1031, LogLevel.Error, "Upkeep of the database failed; trying again later", EventName = "StorageUpkeepFault")]
        public static partial void UpkeepFault(ILogger logger, Exception exception);
    }
}
