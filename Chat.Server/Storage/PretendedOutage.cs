using System.Data.Common;
using System.Net.Sockets;
using Chat.Server.Failpoints;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Npgsql;

namespace Chat.Server.Storage;

/// <summary>
/// Fails or slows down what opens a connection and what commits, which every use of the database does, with the driver's own
/// exceptions: nothing above can tell it from a database that is away. Without switches it is not in the way.
/// </summary>
internal sealed class PretendedOutage(Database database, TimeProvider time, FaultSwitches? faults = null) : DbConnectionInterceptor, IDbTransactionInterceptor
{
    /// <summary>Whether there may ever be one.</summary>
    public bool IsPossible => faults is not null;

    /// <summary>For those who open a connection themselves, just before.</summary>
    public async ValueTask MeetAsync(CancellationToken cancellation)
    {
        if (faults is null)
        {
            return;
        }

        Fail();
        if (faults.DatabaseSlow.Milliseconds is > 0 and var more)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(more), time, cancellation);
            Fail();
        }
    }

    /// <summary>For those who commit past EF Core, just after: it is stored, and the reply is lost.</summary>
    public void MeetReply() => Fail();

    public override InterceptionResult ConnectionOpening(DbConnection connection, ConnectionEventData eventData, InterceptionResult result)
    {
        Fail();
        return result;
    }

    public override async ValueTask<InterceptionResult> ConnectionOpeningAsync(
        DbConnection connection, ConnectionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default)
    {
        await MeetAsync(cancellationToken);
        return result;
    }

    public ValueTask<InterceptionResult> TransactionCommittingAsync(
        DbTransaction transaction, TransactionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default)
    {
        Fail();
        return ValueTask.FromResult(result);
    }

    /// <summary>It is stored, and its reply is lost.</summary>
    public Task TransactionCommittedAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        Fail();
        return Task.CompletedTask;
    }

    private void Fail()
    {
        if (faults is not { DatabaseAway.IsOn: true })
        {
            return;
        }

        throw database.Kind is DatabaseKind.Postgres
            ? new NpgsqlException("Failed to connect (pretended)", new SocketException((int)SocketError.ConnectionRefused))
            : new SqliteException("SQLite Error 10: 'disk I/O error' (pretended).", 10);
    }
}
