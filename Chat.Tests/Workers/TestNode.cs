using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Chat.Server.Workers;
using Chat.Server.Workers.Ports;
using Chat.Server.Workers.Supervision;
using Chat.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Chat.Tests.Workers;

/// <summary>A supervisor in the test's own process, so that its events can be awaited, over workers that are real processes of the real server.</summary>
internal sealed class TestNode : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Lock _lock = new();
    private readonly List<(Func<WorkerEvent, bool> Matches, TaskCompletionSource<WorkerEvent> Found)> _waiters = [];
    private ImmutableList<WorkerEvent> _events = [];

    private TestNode(WebApplication app, int port, int managementPort)
    {
        _app = app;
        (Port, ManagementPort) = (port, managementPort);
        Monitor.Happened += OnEvent;
    }

    public int Port { get; }

    public IServiceProvider Services => _app.Services;

    /// <summary>The supervisor's own; nothing is mapped there.</summary>
    public int ManagementPort { get; }

    public IWorkersMonitor Monitor => _app.Services.GetRequiredService<IWorkersMonitor>();

    public IWorkerCommands Commands => _app.Services.GetRequiredService<IWorkerCommands>();

    public IWorkerQuestions Questions => _app.Services.GetRequiredService<IWorkerQuestions>();

    public IReadOnlyList<WorkerEvent> Events => _events;

    /// <summary>
    /// The program that the workers run: the server as it was built, not the copy beside the tests; or another build of it (<c>CHAT_TEST_SERVER</c>),
    /// such as the precompiled one.
    /// </summary>
    public static string ServerDll { get; } = Environment.GetEnvironmentVariable("CHAT_TEST_SERVER") ?? Repository.PathOf("Chat.Server", "bin", Repository.Configuration, "net10.0", "Chat.Server.dll");

    /// <param name="workers">How many.</param>
    /// <param name="fault">What a worker does on <see cref="Break"/>.</param>
    /// <param name="settings">Command-line settings of the supervisor, which its workers get, too.</param>
    public static Task<TestNode> StartAsync(int workers, string? fault = null, string? refuseWhile = null, params string[] settings) =>
        StartWithAsync(_ => { }, workers, fault, refuseWhile, settings);

    /// <param name="configure">Adds to what the supervisor is.</param>
    public static async Task<TestNode> StartWithAsync(Action<WebApplicationBuilder> configure, int workers, string? fault = null, string? refuseWhile = null, params string[] settings)
    {
        var port = FreePort.Next();
        var managementPort = FreePort.Next();
        var folder = TestRun.NewFolder("node");
        string[] args =
        [
            $"--urls=http://127.0.0.1:{port}",
            $"--Management:Url=http://127.0.0.1:{managementPort}",
            $"--Workers:Count={workers}",
            $"--Workers:DataFolder={folder}",
            $"--ConnectionStrings:Chat=Data Source={Path.Combine(folder, "chat.db")}",
            .. settings,
        ];
        var environment = new ServerSettings().ToEnvironment(port, managementPort, consolePort: 1)
            .Where(variable => variable.Value is not null)
            .ToDictionary(variable => variable.Key, variable => variable.Value!);
        environment[TestRun.MarkVariable] = TestRun.Mark;
        environment["DOTNET_STARTUP_HOOKS"] = typeof(StartupHook).Assembly.Location;
        environment[StartupHook.OnSignal] = fault ?? "";
        environment[StartupHook.RefuseWhile] = refuseWhile ?? "";
        if (fault == "eat")
        {
            environment["DOTNET_GCHeapHardLimit"] = "0xA000000";
        }

        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = TestRun.Root });
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(new Roster(
            [.. Enumerable.Range(1, workers).Select(n => new ChildProcess($"w{n}", ChildKind.Worker, "dotnet", [ServerDll, ProcessPlan.WorkerArgument, .. args], environment))],
            []));
        builder.AddWorkers(args);
        configure(builder);
        var app = builder.Build();
        await app.Services.GetRequiredService<NodeClaim>().TakeAsync();
        var node = new TestNode(app, port, managementPort);
        await app.StartAsync();
        return node;
    }

    /// <summary>The first event that matches, among those that were and those to come.</summary>
    public async Task<WorkerEvent> WaitAsync(Func<WorkerEvent, bool> matches, string what)
    {
        Task<WorkerEvent> found;
        lock (_lock)
        {
            if (_events.FirstOrDefault(matches) is { } already)
            {
                return already;
            }

            var waiter = new TaskCompletionSource<WorkerEvent>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Add((matches, waiter));
            found = waiter.Task;
        }

        try
        {
            return await found.WaitAsync(TimeSpan.FromSeconds(90));
        }
        catch (TimeoutException)
        {
            var output = string.Join('\n', Monitor.Current.Workers.SelectMany(w => Monitor.LogOf(w.Id)).Select(line => line.Text));
            throw new TimeoutException($"In vain for {what}. Seen:\n{string.Join('\n', _events)}\n{output}");
        }
    }

    public Task<WorkerEvent> WaitAsync(string id, WorkerState state) => WaitAsync(e => e.WorkerId == id && e.To == state, $"{id} being {state}");

    /// <summary>Waits for the worker to be healthy with another process than that one.</summary>
    public async Task<WorkerSnapshot> ReplacedAsync(WorkerSnapshot old)
    {
        await WaitAsync(
            _ => Find(old.Id) is { State: WorkerState.Healthy } now && now.Pid != old.Pid,
            $"the successor of {old.Id}");
        return Find(old.Id);
    }

    public async Task<IReadOnlyList<WorkerSnapshot>> AllHealthyAsync()
    {
        foreach (var worker in Monitor.Current.Workers)
        {
            await WaitAsync(worker.Id, WorkerState.Healthy);
        }

        return Monitor.Current.Workers;
    }

    public WorkerSnapshot Find(string id) => Monitor.Current.Workers.Single(w => w.Id == id);

    /// <summary>Waits for a beat of the worker that matches.</summary>
    public async Task<WorkerBeat> BeatAsync(string id, Func<WorkerBeat, bool> matches)
    {
        var found = new TaskCompletionSource<WorkerBeat>(TaskCreationOptions.RunContinuationsAsynchronously);
        void OnBeat(WorkerBeat beat)
        {
            if (beat.WorkerId == id && matches(beat))
            {
                found.TrySetResult(beat);
            }
        }

        Monitor.Beat += OnBeat;
        try
        {
            return await found.Task.WaitAsync(TimeSpan.FromSeconds(60));
        }
        finally
        {
            Monitor.Beat -= OnBeat;
        }
    }

    /// <summary>Connections that stay open until they are disposed.</summary>
    public async Task<IReadOnlyList<TcpClient>> ConnectAsync(int count)
    {
        var clients = new List<TcpClient>();
        for (var i = 0; i < count; i++)
        {
            var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, Port);
            clients.Add(client);
        }

        return clients;
    }

    public static void Break(WorkerSnapshot worker) => Signals.Send(worker.Pid!.Value, (Signal)10);

    public async Task StopAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await _app.StopAsync(limit.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _app.DisposeAsync();
    }

    private void OnEvent(WorkerEvent happened)
    {
        lock (_lock)
        {
            _events = _events.Add(happened);
            foreach (var waiter in _waiters.Where(w => w.Matches(happened)).ToList())
            {
                waiter.Found.TrySetResult(happened);
                _waiters.Remove(waiter);
            }
        }
    }
}
