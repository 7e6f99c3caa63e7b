using Microsoft.Data.Sqlite;
using Npgsql;

namespace Chat.Server.Storage;

internal enum DatabaseKind
{
    Sqlite,
    Postgres,
}

/// <summary>Which database <c>ConnectionStrings:Chat</c> names, with what the product needs added to it.</summary>
internal sealed record Database(DatabaseKind Kind, string ConnectionString)
{
    public const string Default = "Data Source=data/chat.db";

    /// <summary><c>Host=…</c> is PostgreSQL, <c>Data Source=…</c> is SQLite.</summary>
    public static Database Parse(string? connectionString, StorageOptions options)
    {
        var text = string.IsNullOrWhiteSpace(connectionString) ? Default : connectionString;
        return text.Contains("Host=", StringComparison.OrdinalIgnoreCase) || text.Contains("Server=", StringComparison.OrdinalIgnoreCase)
            ? new(DatabaseKind.Postgres, Postgres(text, options))
            : new(DatabaseKind.Sqlite, Sqlite(text, options));
    }

    private static string Postgres(string text, StorageOptions options)
    {
        var given = new NpgsqlConnectionStringBuilder(text);
        return new NpgsqlConnectionStringBuilder(text)
        {
            // A hanging server must be given up long before the client's patience ends.
            Timeout = given.ContainsKey("Timeout") && given.Timeout != 15 ? given.Timeout : 3,
            CommandTimeout = (int)Math.Ceiling(options.CommandTimeout.TotalSeconds),
            CancellationTimeout = -1,
            MaxPoolSize = options.PoolSize,

            // Nothing here leaves anything behind in a session, and cleaning up after every use costs the server as much as a small query.
            NoResetOnClose = true,
            MaxAutoPrepare = 64,
            AutoPrepareMinUsages = 2,
            ApplicationName = given.ApplicationName ?? "chat",
        }.ConnectionString;
    }

    private static string Sqlite(string text, StorageOptions options) => new SqliteConnectionStringBuilder(text)
    {
        DefaultTimeout = (int)Math.Ceiling(options.CommandTimeout.TotalSeconds),
        ForeignKeys = false,
    }.ConnectionString;
}
