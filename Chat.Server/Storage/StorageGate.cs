using System.Data.Common;
using Chat.Server.Storage.Model;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Chat.Server.Storage;

/// <summary>
/// Every use of the database but the writer's goes through here: refused at once while the breaker is open, bounded in
/// time, transient faults of reads retried, and an outage turned into <see cref="StorageUnavailableException"/>.
/// </summary>
internal sealed class StorageGate(
    IDbContextFactory<ChatDb> contexts, StorageBreaker breaker, HangWatch hangs, IOptions<StorageOptions> options, TimeProvider time)
{
    /// <summary>Runs work that may be repeated: reads, and writes that end the same when done twice.</summary>
    public async Task<T> RunAsync<T>(Func<ChatDb, CancellationToken, Task<T>> work, CancellationToken cancellation)
    {
        for (var attempt = 0; ; attempt++)
        {
            if (!breaker.IsClosed)
            {
                throw new StorageUnavailableException(options.Value.RetryAfter);
            }

            var started = time.GetTimestamp();
            using var use = hangs.Begin();
            using var limit = new CancellationTokenSource(options.Value.AnswerWithin, time);
            using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
            try
            {
                await using var db = await contexts.CreateDbContextAsync(linked.Token);
                return await work(db, linked.Token);
            }
            catch (Exception e) when (!cancellation.IsCancellationRequested && IsOfStorage(e))
            {
                switch (StorageFaults.Classify(e))
                {
                    case StorageFault.Conflict or StorageFault.Connection when attempt < RetryBackoff.Attempts:
                        await Task.Delay(RetryBackoff.Delay(attempt, Random.Shared.NextDouble()), time, cancellation);
                        continue;
                    case StorageFault.Conflict or StorageFault.Connection or StorageFault.Timeout or StorageFault.Resources:
                        breaker.ReportOutage(e, started);
                        throw new StorageUnavailableException(options.Value.RetryAfter, e);
                    default:
                        throw;
                }
            }
        }
    }

    /// <inheritdoc cref="RunAsync{T}"/>
    public Task RunAsync(Func<ChatDb, CancellationToken, Task> work, CancellationToken cancellation) =>
        RunAsync(
            async (db, ct) =>
            {
                await work(db, ct);
                return true;
            },
            cancellation);

    private static bool IsOfStorage(Exception e) =>
        e is DbException or OperationCanceledException or TimeoutException or InvalidOperationException { InnerException: DbException } or DbUpdateException
        || StorageFaults.IsOfDriver(e);
}
