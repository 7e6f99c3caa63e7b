using System.Net;

namespace Chat.Tests.Support;

/// <summary>
/// Chat.Server as users run it: a real process with its own ports and its own working directory, which stay the same over
/// kill, stop and start.
/// </summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly HttpClient _http;
    private readonly HttpClient _management;
    private ManagedProcess? _process;

    private ServerProcess(ServerSettings settings)
    {
        Settings = settings;
        _http = NewClient(Url);
        _management = NewClient(ManagementUrl);
    }

    /// <summary>In force from the next start on.</summary>
    public ServerSettings Settings { get; set; }

    public int Port { get; } = FreePort.Next();

    public int ManagementPort { get; } = FreePort.Next();

    public int ConsolePort { get; } = FreePort.Next();

    public Uri Url => new($"http://127.0.0.1:{Port}");

    public Uri ManagementUrl => new($"http://127.0.0.1:{ManagementPort}");

    public Uri ConsoleUrl => new($"http://127.0.0.1:{ConsolePort}");

    /// <summary>Where it runs: <c>data/</c> and <c>logs/</c> appear here.</summary>
    public string Folder { get; } = TestRun.NewFolder("server");

    /// <summary>Of the public port. Each request is a connection of its own, so that several workers take turns.</summary>
    public HttpClient Http => _http;

    /// <summary>Of the management port.</summary>
    public HttpClient Management => _management;

    /// <summary>The process that was started: the supervisor, or everything when <c>Workers:Count</c> is 0.</summary>
    public ManagedProcess Process => _process ?? throw new InvalidOperationException("The server was never started.");

    public OutputLog Output => Process.Output;

    public bool IsRunning => _process is { HasExited: false };

    /// <summary>A started server that answers <c>/ready</c> with 200.</summary>
    public static async Task<ServerProcess> StartNewAsync(ServerSettings? settings = null)
    {
        var server = Create(settings);
        await server.StartAsync();
        return server;
    }

    /// <summary>One that was not started yet, for its ports and folder.</summary>
    public static ServerProcess Create(ServerSettings? settings = null) => new(settings ?? new ServerSettings());

    /// <summary>Starts it and waits for <c>/ready</c>.</summary>
    public async Task StartAsync()
    {
        Launch();
        await WaitUntilReadyAsync();
    }

    /// <summary>Starts it and waits for nothing.</summary>
    public void Launch()
    {
        if (IsRunning)
        {
            throw new InvalidOperationException("The server is running.");
        }

        var dll = Repository.PathOf("Chat.Server", "bin", Repository.Configuration, "net10.0", "Chat.Server.dll");
        string[] command = [.. Settings.Wrapper, Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", dll, .. Settings.Arguments];
        _process = ManagedProcess.Start(new ProcessCommand(
            command[0], command[1..], Folder, Settings.ToEnvironment(Port, ManagementPort, ConsolePort)));
    }

    public Task WaitUntilReadyAsync(TimeSpan? within = null) => WaitForStatusAsync("/ready", HttpStatusCode.OK, within);

    /// <summary>Waits until a path of the public port answers so; fails at once, with the output, when the process has ended.</summary>
    public async Task WaitForStatusAsync(string path, HttpStatusCode expected, TimeSpan? within = null)
    {
        try
        {
            await Eventually.GetAsync(
                async () => IsRunning ? await StatusAsync(path) : throw new InvalidOperationException("The server has ended."),
                status => status == expected,
                $"{path} answers {(int)expected}",
                within ?? Patience);
        }
        catch (Exception e) when (e is TimeoutException or InvalidOperationException)
        {
            if (!IsRunning)
            {
                await Task.WhenAny(Process.OutputEnded, Task.Delay(TimeSpan.FromSeconds(1))); // Its last words are under way.
            }

            throw new InvalidOperationException($"{e.Message} Its last output:\n{Output}", e);
        }
    }

    /// <summary>What a path of the public port answers; null when nobody does.</summary>
    public async Task<HttpStatusCode?> StatusAsync(string path)
    {
        try
        {
            using var response = await _http.GetAsync(path);
            return response.StatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return null;
        }
    }

    /// <summary>
    /// Processes of the server that the supervisor started and whose command line holds this text, the oldest first; see
    /// <see cref="WorkerIds"/>.
    /// </summary>
    public IReadOnlyList<int> ChildIds(string commandPart) =>
        [.. ProcFs.DescendantsOf(Process.Id).Where(p => !p.IsZombie).Select(p => p.Id).Order()
            .Where(id => ProcFs.CommandLine(id).Contains(commandPart, StringComparison.Ordinal))];

    /// <summary>The running worker processes.</summary>
    public IReadOnlyList<int> WorkerIds() => ChildIds("Chat.Server");

    /// <summary>SIGKILL to the process that was started, not to its workers.</summary>
    public Task Kill9Async() => Process.KillAsync();

    /// <summary>SIGTERM; answers the exit code.</summary>
    public Task<int> SigtermAsync(TimeSpan? within = null) => Process.EndAsync(Signal.Terminate, within ?? Patience);

    /// <summary>Stops it by SIGTERM if it runs, and starts it again.</summary>
    public async Task RestartAsync()
    {
        if (IsRunning)
        {
            await SigtermAsync();
        }

        await Process.DisposeAsync();
        await StartAsync();
    }

    public string Token(string user) => TestTokens.For(user);

    /// <summary>All that it wrote, for the message of a failed assertion.</summary>
    public override string ToString() => $"Server on {Url}:\n{_process?.Output}";

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        _management.Dispose();
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }
    }

    private static HttpClient NewClient(Uri address) =>
        new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.Zero }) { BaseAddress = address, Timeout = TimeSpan.FromSeconds(10) };
}
