using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Npgsql;

namespace Chat.Bench.Machine;

/// <summary>
/// The PostgreSQL of the run: one that was named, or a private one made from the installed programs in a temporary
/// folder with its default settings. Each server under test gets a database of its own, dropped at the end.
/// </summary>
internal sealed class PostgresInstance : IAsyncDisposable
{
    /// <summary>Of 16 MB each: <c>max_wal_size</c> is 1 GB.</summary>
    private const int LogFiles = 64;

    private readonly NpgsqlConnectionStringBuilder _admin;
    private readonly List<string> _databases = [];
    private readonly ChildProcess? _process;
    private readonly string? _dataFolder;

    private PostgresInstance(string connectionString, ChildProcess? process = null, string? dataFolder = null)
    {
        _admin = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, IncludeErrorDetail = false };
        (_process, _dataFolder) = (process, dataFolder);
    }

    /// <summary>Root of its process tree; null when it is not ours.</summary>
    public int? Pid => _process?.Pid;

    public static PostgresInstance At(string connectionString) => new(connectionString);

    public static async Task<PostgresInstance> StartAsync(string folder, CancellationToken cancellationToken)
    {
        var programs = FindPrograms();
        var data = Path.Combine(folder, "pg");
        var passwordFile = Path.Combine(folder, "pg.password");
        var log = Path.Combine(folder, "postgres.log");
        var password = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
        Directory.CreateDirectory(data);
        await File.WriteAllTextAsync(passwordFile, password, cancellationToken);
        if (RunsAsRoot)
        {
            // PostgreSQL refuses to run as root.
            await ChildProcess.RunAsync("chown", ["-R", "postgres", folder], folder, log, cancellationToken);
        }

        var (initDb, initArguments) = AsServiceUser(Path.Combine(programs, "initdb"), "-D", data, "-U", "bench", "-A", "scram-sha-256", "--pwfile", passwordFile);
        await ChildProcess.RunAsync(initDb, initArguments, folder, log, cancellationToken);

        var port = FreePort();
        var (postgres, arguments) = AsServiceUser(
            Path.Combine(programs, "postgres"), "-D", data, "-p", $"{port}", "-c", "listen_addresses=127.0.0.1",
            "-c", "unix_socket_directories=", "-c", "max_connections=200");
        var process = ChildProcess.Start(postgres, arguments, folder, log);
        var instance = new PostgresInstance($"Host=127.0.0.1;Port={port};Username=bench;Password={password};Database=postgres", process, data);
        try
        {
            await instance.WaitUntilReadyAsync(cancellationToken);
            await instance.MakeLogFilesAsync(cancellationToken);
            return instance;
        }
        catch
        {
            await instance.DisposeAsync();
            throw;
        }
    }

    /// <summary>Creates an empty database and returns the connection string for it.</summary>
    public async Task<string> CreateDatabaseAsync(string name, CancellationToken cancellationToken)
    {
        var unique = $"chat_bench_{name}_{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}";
        await ExecuteAsync($"CREATE DATABASE {unique}", cancellationToken);
        _databases.Add(unique);
        return new NpgsqlConnectionStringBuilder(_admin.ConnectionString) { Database = unique, Pooling = true, MaxPoolSize = 60 }.ConnectionString;
    }

    /// <summary>The settings that decide what a commit costs.</summary>
    public async Task<IReadOnlyDictionary<string, string>> SettingsAsync(CancellationToken cancellationToken)
    {
        string[] names = ["server_version", "synchronous_commit", "fsync", "full_page_writes", "wal_sync_method", "shared_buffers", "max_connections"];
        var settings = new Dictionary<string, string>();
        await using var connection = new NpgsqlConnection(_admin.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        foreach (var name in names)
        {
            await using var command = new NpgsqlCommand("SELECT current_setting($1)", connection) { Parameters = { new() { Value = name } } };
            settings[name] = (string)(await command.ExecuteScalarAsync(cancellationToken))!;
        }

        return settings;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is null)
        {
            foreach (var database in _databases)
            {
                await ExecuteAsync($"DROP DATABASE IF EXISTS {database} WITH (FORCE)", CancellationToken.None);
            }

            return;
        }

        var pidFile = Path.Combine(_dataFolder!, "postmaster.pid");
        if (File.Exists(pidFile) && int.TryParse(File.ReadLines(pidFile).First(), out var postmaster))
        {
            await _process.InterruptAsync(postmaster);
        }

        await _process.DisposeAsync();
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static bool RunsAsRoot => Environment.UserName == "root";

    private static (string File, string[] Arguments) AsServiceUser(string program, params string[] arguments) =>
        RunsAsRoot ? ("runuser", ["-u", "postgres", "--", program, .. arguments]) : (program, arguments);

    private static string FindPrograms()
    {
        // Debian keeps them out of the path, one folder a version.
        var path = Environment.GetEnvironmentVariable("PATH")?.Split(Path.PathSeparator) ?? [];
        var debian = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").OrderByDescending(d => d, StringComparer.Ordinal).Select(d => Path.Combine(d, "bin"))
            : [];
        return debian.Concat(path).FirstOrDefault(d => File.Exists(Path.Combine(d, "initdb")) && File.Exists(Path.Combine(d, "postgres")))
            ?? throw new InvalidOperationException("No PostgreSQL programs found: install PostgreSQL, or name a running one with --postgres.");
    }

    private async Task WaitUntilReadyAsync(CancellationToken cancellationToken)
    {
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        for (var tries = 0; tries < 300; tries++)
        {
            try
            {
                await ExecuteAsync("SELECT 1", cancellationToken);
                return;
            }
            catch (NpgsqlException) when (!_process!.HasExited)
            {
                await poll.WaitForNextTickAsync(cancellationToken);
            }
        }

        throw new InvalidOperationException($"PostgreSQL did not start. {_process!.LastWords()}");
    }

    /// <summary>
    /// A server that has run for a while writes its log into files that it has used before. A new one must make each of them first,
    /// 16 MB of zeros brought to the disk while every commit waits, about once a second under load. So that the age of the cluster is
    /// not what is measured, the files are made before, as many as its default settings let it keep.
    /// </summary>
    private async Task MakeLogFilesAsync(CancellationToken cancellationToken)
    {
        for (var file = 0; file < LogFiles; file++)
        {
            await ExecuteAsync("SELECT pg_logical_emit_message(false, 'bench', ''), pg_switch_wal()", cancellationToken);
        }

        await ExecuteAsync("CHECKPOINT", cancellationToken);
    }

    private async Task ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(_admin.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
