using System.Data.Common;
using System.Net.Sockets;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Chat.Server.Storage;

/// <summary>What a failed command says about storage.</summary>
internal enum StorageFault
{
    /// <summary>The statement or its data is at fault; storage is well.</summary>
    Data,

    /// <summary>A unique key was hit.</summary>
    Unique,

    /// <summary>Serialization failure, deadlock, busy: the same again may work.</summary>
    Conflict,

    /// <summary>The connection broke or could not be made; a commit under way is unknown.</summary>
    Connection,

    /// <summary>No answer in time; a commit under way is unknown.</summary>
    Timeout,

    /// <summary>Disk, memory or connections used up, or read-only: storage takes nothing now.</summary>
    Resources,

    /// <summary>Anything else.</summary>
    Unknown,
}

/// <summary>Sorts the faults of both databases.</summary>
internal static class StorageFaults
{
    /// <summary>The driver stumbles over its own connection that broke in the middle of an answer.</summary>
    public static bool IsOfDriver(Exception e) => e is NullReferenceException { Source: "Npgsql" } or ObjectDisposedException { Source: "Npgsql" };

    public static StorageFault Classify(Exception? exception)
    {
        for (var e = exception; e is not null; e = e.InnerException)
        {
            switch (e)
            {
                case PostgresException p:
                    return OfSqlState(p.SqlState);
                case SqliteException s:
                    return OfSqlite(s);
                case TimeoutException or OperationCanceledException:
                    return StorageFault.Timeout;
                case SocketException or IOException or ObjectDisposedException:
                    return StorageFault.Connection;
                case NpgsqlException { InnerException: null }:
                case NullReferenceException when IsOfDriver(e):
                    return StorageFault.Connection;
            }
        }

        return exception is DbException ? StorageFault.Connection : StorageFault.Unknown;
    }

    private static StorageFault OfSqlState(string state) => state switch
    {
        "23505" => StorageFault.Unique,
        "40001" or "40P01" or "55P03" => StorageFault.Conflict,
        "57014" => StorageFault.Timeout,
        "57P01" or "57P02" or "57P03" or "57P05" => StorageFault.Connection,
        // Read-only, no such table, no privilege: a database that is there but cannot serve.
        "25006" or "42P01" or "42501" => StorageFault.Resources,
        _ => state[..2] switch
        {
            "08" => StorageFault.Connection,
            "53" or "58" or "XX" or "28" or "3D" => StorageFault.Resources,
            "22" or "23" => StorageFault.Data,
            _ => StorageFault.Unknown,
        },
    };

    private static StorageFault OfSqlite(SqliteException e) => e.SqliteErrorCode switch
    {
        5 or 6 => StorageFault.Conflict,
        19 when e.SqliteExtendedErrorCode is 2067 or 1555 => StorageFault.Unique,
        19 or 18 or 20 => StorageFault.Data,
        8 or 10 or 11 or 13 or 14 or 26 or 1 => StorageFault.Resources,
        _ => StorageFault.Unknown,
    };
}
