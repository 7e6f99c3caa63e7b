using Chat.Server.Storage.Dialects;
using Chat.Server.Storage.Model;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Chat.Server.Storage;

/// <summary>
/// The circuit breaker before the database. Open: nobody waits for what will not answer. While open, and only then, it
/// probes; the first answer closes it, so that service resumes by itself. Who relapses is asked later (<see cref="BreakerPause"/>).
/// </summary>
internal sealed partial class StorageBreaker(
    IDbContextFactory<ChatDb> contexts, SchemaMigrator migrator, IOptions<StorageOptions> options, TimeProvider time, ILogger<StorageBreaker> logger) : BackgroundService
{
    private readonly SemaphoreSlim _opened = new(0, 1);
    private TaskCompletionSource _closed = Completed();
    private volatile bool _open;
    private long _openedAt;
    private long _closedAt;
    private int _relapses;

    /// <summary>Raised after each change; the argument says whether storage is available.</summary>
    public event Action<bool>? Changed;

    public bool IsClosed => !_open;

    /// <summary>How long storage has been away; null while it is there.</summary>
    public TimeSpan? OpenFor => _open ? time.GetElapsedTime(Volatile.Read(ref _openedAt)) : null;

    /// <summary>Completes at once, or when storage is back.</summary>
    public Task WaitUntilClosedAsync(CancellationToken cancellation) =>
        IsClosed ? Task.CompletedTask : Volatile.Read(ref _closed).Task.WaitAsync(cancellation);

    /// <summary>Opens the breaker: a command failed in a way that says that the next one will fail too.</summary>
    /// <param name="startedAt">When the command began; one from before storage came back says nothing about now.</param>
    public void ReportOutage(Exception? cause, long startedAt)
    {
        lock (_opened)
        {
            if (_open || startedAt < _closedAt)
            {
                return;
            }

            _relapses = BreakerPause.Relapses(_relapses, _closedAt == 0 ? null : time.GetElapsedTime(_closedAt));
            Volatile.Write(ref _openedAt, time.GetTimestamp());
            Volatile.Write(ref _closed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            _open = true;
            _opened.Release();
        }

        Log.StorageLost(logger, StorageFaults.Classify(cause), cause?.GetType().Name);
        Changed?.Invoke(false);
    }

    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await _opened.WaitAsync(stop);
            await Task.Delay(BreakerPause.Before(_relapses, options.Value.ProbeInterval), time, stop);
            while (!await ProbeAsync(stop))
            {
                await Task.Delay(options.Value.ProbeInterval, time, stop);
            }

            var away = time.GetElapsedTime(Volatile.Read(ref _openedAt));
            lock (_opened)
            {
                _open = false;
                _closedAt = time.GetTimestamp();
                _closed.TrySetResult();
            }

            Log.StorageBack(logger, away.TotalSeconds);
            Changed?.Invoke(true);
        }
    }

    private static TaskCompletionSource Completed()
    {
        var source = new TaskCompletionSource();
        source.SetResult();
        return source;
    }

    private async Task<bool> ProbeAsync(CancellationToken stop)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2), time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        try
        {
            if (options.Value.Migrate)
            {
                // A migration may take longer than a probe; it runs once.
                await migrator.EnsureAsync(stop);
            }

            // A driver that does not come back is left behind, with its connection; to close that here would be to wait for the same.
            await AskAsync(linked.Token).WaitAsync(linked.Token);
            return true;
        }
        catch (Exception) when (!stop.IsCancellationRequested)
        {
            // Any failure means the same: not back yet. The cause was logged when the breaker opened.
            return false;
        }
    }

    /// <summary>Of a real table, so that a missing schema or a lock on it does not look like health.</summary>
    private async Task AskAsync(CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await db.RowsAsync("SELECT id FROM conversations LIMIT 1", row => row.GetString(0), cancellation);
    }

    private static partial class Log
    {
        [LoggerMessage(1000, LogLevel.Error, "Storage is unavailable ({Fault}, {Exception}); sends are refused until it answers again", EventName = "StorageLost")]
        public static partial void StorageLost(ILogger logger, StorageFault fault, string? exception);

        [LoggerMessage(1001, LogLevel.Information, "Storage is back after {Seconds:F1} s", EventName = "StorageBack")]
        public static partial void StorageBack(ILogger logger, double seconds);
    }
}
