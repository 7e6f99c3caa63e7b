using Npgsql;

namespace Chat.Tests.Support;

/// <summary>How PostgreSQL is told to stop.</summary>
internal enum PostgresStop
{
    /// <summary>Rolls back what is open, disconnects everybody (57P01), writes a checkpoint.</summary>
    Fast = Signal.Interrupt,

    /// <summary>Drops everything at once; the next start recovers from the log.</summary>
    Immediate = Signal.Quit,
}

/// <summary>
/// A private PostgreSQL on a free port of 127.0.0.1 (user <c>postgres</c>, no password), as durable as in production:
/// <c>fsync</c> and <c>synchronous_commit</c> are on. It keeps its port and data over stop, kill and start.
/// </summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    private static readonly Lazy<Task<PostgresServer>> SharedServer = new(() => StartNewAsync());
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly IReadOnlyDictionary<string, string> _settings;
    private ManagedProcess? _postmaster;

    private PostgresServer(string folder, IReadOnlyDictionary<string, string> settings)
    {
        Folder = folder;
        _settings = settings;
    }

    /// <summary>Holds <c>data</c> and the Unix socket.</summary>
    public string Folder { get; }

    public string DataFolder => Path.Combine(Folder, "data");

    public int Port { get; } = FreePort.Next();

    public bool IsRunning => _postmaster is { HasExited: false };

    /// <summary>The running postmaster.</summary>
    public ManagedProcess Process => _postmaster ?? throw new InvalidOperationException("PostgreSQL was never started.");

    /// <summary>One server for all tests that do not harm it; each takes a database of its own (<see cref="PostgresDatabase"/>).</summary>
    public static Task<PostgresServer> SharedAsync() => SharedServer.Value;

    /// <summary>A server of the caller's own, for tests that harm it. <paramref name="settings"/> are postgresql.conf's.</summary>
    public static async Task<PostgresServer> StartNewAsync(IReadOnlyDictionary<string, string>? settings = null)
    {
        var server = new PostgresServer(await PostgresPrograms.NewFolderAsync("postgres"), settings ?? new Dictionary<string, string>());
        await PostgresPrograms.CopyNewClusterAsync(server.DataFolder);
        await server.StartAsync();
        return server;
    }

    /// <summary>A streaming copy of this server that follows it until <see cref="PromoteAsync"/>.</summary>
    /// <param name="synchronous">This server's commits wait for the copy, so that none that was acknowledged is lost by a failover.</param>
    public async Task<PostgresServer> StartStandbyAsync(bool synchronous)
    {
        var standby = new PostgresServer(await PostgresPrograms.NewFolderAsync("standby"), _settings);
        await ManagedProcess.RunAsync(PostgresPrograms.Program(
            "pg_basebackup", "-h", "127.0.0.1", "-p", $"{Port}", "-U", "postgres", "-D", standby.DataFolder, "-R", "-X", "stream", "-c", "fast"));
        await standby.StartAsync();
        if (synchronous)
        {
            await ExecuteAsync("ALTER SYSTEM SET synchronous_standby_names = '*'");
            await ExecuteAsync("SELECT pg_reload_conf()");
        }

        var wanted = synchronous ? "sync" : "async";
        await Eventually.EqualAsync(
            wanted, () => ScalarAsync<string>("SELECT max(sync_state) FROM pg_stat_replication WHERE state = 'streaming'"), "the standby's state");
        return standby;
    }

    public string ConnectionString(string database = "postgres") => ConnectionString(database, Port);

    /// <summary>With the port of something in between, such as a <see cref="TcpProxy"/>.</summary>
    public string ConnectionString(string database, int port) =>
        $"Host=127.0.0.1;Port={port};Username=postgres;Database={database}";

    /// <summary>Answers the name: <paramref name="prefix"/> and something unique.</summary>
    public async Task<string> CreateDatabaseAsync(string prefix = "chat")
    {
        var name = $"{prefix}_{Guid.NewGuid():N}"[..Math.Min(prefix.Length + 13, 63)];
        await ExecuteAsync($"CREATE DATABASE \"{name}\"");
        return name;
    }

    public async Task<int> ExecuteAsync(string sql, string database = "postgres")
    {
        await using var connection = await OpenAsync(database);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteNonQueryAsync();
    }

    /// <summary>The first column of the first row; the default when there is none or it is null.</summary>
    public async Task<T?> ScalarAsync<T>(string sql, string database = "postgres")
    {
        await using var connection = await OpenAsync(database);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync() is T value ? value : default;
    }

    /// <summary>A connection outside any pool.</summary>
    public async Task<NpgsqlConnection> OpenAsync(string database = "postgres")
    {
        var connection = new NpgsqlConnection(ConnectionString(database) + ";Pooling=false;Timeout=10");
        await connection.OpenAsync();
        return connection;
    }

    /// <summary>Starts it on the same port and data; ends when it accepts connections.</summary>
    public async Task StartAsync()
    {
        if (IsRunning)
        {
            throw new InvalidOperationException("PostgreSQL is running.");
        }

        var settings = new Dictionary<string, string>(_settings)
        {
            ["port"] = $"{Port}",
            ["listen_addresses"] = "127.0.0.1",
            ["unix_socket_directories"] = Folder,
        };
        settings.TryAdd("max_connections", "200");
        settings.TryAdd("shared_buffers", "64MB");
        string[] arguments = ["-D", DataFolder, .. settings.SelectMany(s => (string[])["-c", $"{s.Key}={s.Value}"])];
        var postmaster = ManagedProcess.Start(PostgresPrograms.Program("postgres", arguments));
        _postmaster = postmaster;
        try
        {
            await postmaster.Output.WaitForAsync(l => l.Contains("database system is ready to accept", StringComparison.Ordinal), Patience);
        }
        catch (Exception e) when (e is TimeoutException or EndOfStreamException)
        {
            throw new InvalidOperationException($"PostgreSQL did not start:\n{postmaster.Output}", e);
        }
    }

    public Task StopAsync(PostgresStop how = PostgresStop.Fast) => Process.EndAsync((Signal)how, Patience);

    public async Task RestartAsync(PostgresStop how = PostgresStop.Fast)
    {
        await StopAsync(how);
        await StartAsync();
    }

    /// <summary>
    /// Like the end of the machine: SIGKILL to the postmaster and its backends. Killing the postmaster alone would leave
    /// backends that finish their statement first, and a start that waits for them.
    /// </summary>
    public async Task KillAsync()
    {
        Process.Signal(Signal.Stop);
        var backends = ProcFs.DescendantsOf(Process.Id);
        await Process.KillAsync();
        foreach (var backend in backends)
        {
            Signals.Send(backend.Id, Signal.Kill);
        }

        await Eventually.TrueAsync(() => !backends.Any(b => ProcFs.IsAlive(b.Id)), "the backends are gone");
    }

    /// <summary>
    /// Connections stay open and nothing answers. Stopping the postmaster alone is no pause: the backends go on. It
    /// goes first, so that no new backend comes up meanwhile.
    /// </summary>
    public Task PauseAsync()
    {
        Process.Signal(Signal.Stop);
        return Eventually.TrueAsync(
            () =>
            {
                var backends = ProcFs.DescendantsOf(Process.Id);
                foreach (var backend in backends)
                {
                    Signals.Send(backend.Id, Signal.Stop);
                }

                return ProcFs.Stat(Process.Id)!.IsStopped && backends.All(b => b.IsStopped);
            },
            "all of PostgreSQL is stopped");
    }

    public void Resume()
    {
        foreach (var backend in ProcFs.DescendantsOf(Process.Id))
        {
            Signals.Send(backend.Id, Signal.Continue);
        }

        Process.Signal(Signal.Continue);
    }

    /// <summary>Ends every client connection of a database with 57P01.</summary>
    public Task TerminateConnectionsAsync(string database) => ExecuteAsync(
        $"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}' AND pid <> pg_backend_pid()");

    /// <summary>Makes a standby the primary; ends when it takes writes.</summary>
    public async Task PromoteAsync() => await ExecuteAsync("SELECT pg_promote(wait => true)");

    public ValueTask DisposeAsync() => _postmaster?.DisposeAsync() ?? ValueTask.CompletedTask;
}
