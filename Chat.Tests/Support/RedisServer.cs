namespace Chat.Tests.Support;

/// <summary>A private Redis without persistence on a free port of 127.0.0.1. It keeps its port over stop, kill and start; its data is gone then.</summary>
internal sealed class RedisServer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly IReadOnlyDictionary<string, string> _settings;
    private readonly string _folder = TestRun.NewFolder("redis");
    private ManagedProcess? _process;

    private RedisServer(IReadOnlyDictionary<string, string> settings) => _settings = settings;

    public int Port { get; } = FreePort.Next();

    public bool IsRunning => _process is { HasExited: false };

    public ManagedProcess Process => _process ?? throw new InvalidOperationException("Redis was never started.");

    /// <summary>For <c>ConnectionStrings:Redis</c>.</summary>
    public string ConnectionString => $"127.0.0.1:{Port}";

    /// <param name="settings">redis.conf's, such as <c>requirepass</c> or <c>maxclients</c>.</param>
    public static async Task<RedisServer> StartNewAsync(IReadOnlyDictionary<string, string>? settings = null)
    {
        var server = new RedisServer(settings ?? new Dictionary<string, string>());
        await server.StartAsync();
        return server;
    }

    /// <summary>Ends when it accepts connections.</summary>
    public async Task StartAsync()
    {
        if (IsRunning)
        {
            throw new InvalidOperationException("Redis is running.");
        }

        var settings = new Dictionary<string, string>(_settings)
        {
            ["port"] = $"{Port}",
            ["bind"] = "127.0.0.1",
            ["dir"] = _folder,
            ["save"] = "",
            ["appendonly"] = "no",
            ["enable-debug-command"] = "yes", // DEBUG SLEEP
        };
        var process = ManagedProcess.Start(new ProcessCommand("redis-server", [.. settings.SelectMany(s => (string[])[$"--{s.Key}", s.Value])]));
        _process = process;
        try
        {
            await process.Output.WaitForAsync("Ready to accept connections", Patience);
        }
        catch (Exception e) when (e is TimeoutException or EndOfStreamException)
        {
            throw new InvalidOperationException($"Redis did not start:\n{process.Output}", e);
        }
    }

    public Task StopAsync() => Process.EndAsync(Signal.Terminate, Patience);

    public Task KillAsync() => Process.KillAsync();

    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAsync();
    }

    /// <summary>Connections stay open and nothing answers.</summary>
    public async Task PauseAsync()
    {
        Process.Signal(Signal.Stop);
        await Eventually.TrueAsync(() => ProcFs.Stat(Process.Id)!.IsStopped, "Redis is stopped");
    }

    public void Resume() => Process.Signal(Signal.Continue);

    /// <summary>
    /// One command, over a connection of its own: <c>CommandAsync("CLIENT", "KILL", "TYPE", "pubsub")</c>. Answers as redis-cli
    /// prints it; throws on an error answer.
    /// </summary>
    public Task<string> CommandAsync(params string[] command) => CommandAsync(password: null, command);

    public Task<string> CommandAsync(string? password, string[] command)
    {
        string[] login = password is null ? [] : ["--no-auth-warning", "-a", password];
        return ManagedProcess.RunAsync(new ProcessCommand("redis-cli", ["-p", $"{Port}", "-e", .. login, .. command]), Patience);
    }

    /// <summary>Ends every subscriber's connection.</summary>
    public Task KillSubscribersAsync() => CommandAsync("CLIENT", "KILL", "TYPE", "pubsub");

    public ValueTask DisposeAsync() => _process?.DisposeAsync() ?? ValueTask.CompletedTask;
}
