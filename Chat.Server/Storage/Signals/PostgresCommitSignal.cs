using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Chat.Server.Storage.Signals;

/// <summary>
/// LISTEN and NOTIFY. Sent by a statement of its own and not within the send's transaction, for transactions that notify commit one
/// after the other, all databases of the server together.
/// </summary>
internal sealed class PostgresCommitSignal(Database database, PretendedOutage outage, StorageGate gate) : ICommitSignal
{
    private const string Channel = "chat_commits";
    private const int MostSilentSeconds = 30;

    private readonly string _connectionString = new NpgsqlConnectionStringBuilder(database.ConnectionString)
    {
        // A connection of its own, for it is held for good; probed when silent, or a dead one would look like a quiet one.
        Pooling = false,
        KeepAlive = MostSilentSeconds,
        ApplicationName = "chat-listen",
    }.ConnectionString;

    public bool IsSupported => true;

    public Task SendAsync(string word, CancellationToken cancellation) =>
        gate.RunAsync((db, ct) => db.Database.ExecuteSqlAsync($"SELECT pg_notify({Channel}, {word})", ct), cancellation);

    public async Task ListenAsync(Action listening, Action<string> heard, CancellationToken cancellation)
    {
        await outage.MeetAsync(cancellation);
        await using var connection = new NpgsqlConnection(_connectionString);
        connection.Notification += (_, told) => heard(told.Payload);
        await connection.OpenAsync(cancellation);
        await using (var listen = new NpgsqlCommand($"LISTEN {Channel}", connection))
        {
            await listen.ExecuteNonQueryAsync(cancellation);
        }

        listening();
        while (true)
        {
            await connection.WaitAsync(cancellation);
        }
    }
}
