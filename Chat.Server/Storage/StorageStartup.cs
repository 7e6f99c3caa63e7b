using Chat.Server.Workers.Ports;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;

namespace Chat.Server.Storage;

/// <summary>
/// Before the server listens the schema is there. When the database is away the server starts all the same, with the breaker open:
/// clients may connect and wait. A database that can never work refuses the start.
/// </summary>
internal sealed class StorageStartup(SchemaMigrator migrator, StorageBreaker breaker, IOptions<StorageOptions> options, TimeProvider time) : IHostedLifecycleService
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        if (!options.Value.Migrate)
        {
            return;
        }

        using var limit = new CancellationTokenSource(Patience, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await migrator.EnsureAsync(linked.Token);
        }
        catch (SqliteException e) when (e.SqliteErrorCode is 11 or 26)
        {
            throw new StartRefusedException(ExitCodes.Configuration, "The SQLite file is damaged or is not a database. Restore it from a backup, or move it away to start with an empty one.", e);
        }
        catch (SqliteException e) when (e.SqliteErrorCode is 14 or 8)
        {
            throw new StartRefusedException(ExitCodes.Configuration, "The SQLite file cannot be opened for writing. Check the folder of 'Data Source' in ConnectionStrings:Chat and its permissions.", e);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && StorageFaults.Classify(e) is not (StorageFault.Data or StorageFault.Unknown))
        {
            breaker.ReportOutage(e, time.GetTimestamp());
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
