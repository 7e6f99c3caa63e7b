using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text.Json;
using System.Threading.Channels;
using Chat.Server.Workers;
using Chat.Server.Workers.Control;
using Chat.Server.Workers.Ports;
using Chat.Server.Workers.Runtime;
using Chat.Server.Workers.Supervision;
using Chat.Tests.Support;
using Chat.Tests.Workers.Supervision;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Chat.Tests.Workers.Control;

/// <summary>Two workers' ends and the supervisor's end of the real socket, without processes.</summary>
public sealed class WorkerChannelTests : IAsyncLifetime
{
    private readonly ServiceProvider _meters = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly FakeLauncher _launcher = new();
    private readonly ControlServer _server = new(TimeProvider.System, NullLogger<ControlServer>.Instance);
    private readonly EventBoard _board = new(NullLogger<EventBoard>.Instance);
    private readonly List<TestWorker> _workers = [];
    private readonly List<FakeChild> _children = [];
    private Crew _crew = null!;

    public async Task InitializeAsync()
    {
        var nothing = new Dictionary<string, string>();
        var roster = new Roster([new("w1", ChildKind.Worker, "", [], nothing), new("w2", ChildKind.Worker, "", [], nothing)], []);
        var plan = new ProcessPlan(ProcessRole.Supervisor, 2, ["http://localhost:1"], "http://localhost:2", Stateless: true);
        _crew = new(roster, plan, _server, _board, _launcher, Options.Create(new WorkersOptions()), _meters.GetRequiredService<IMeterFactory>(), TimeProvider.System);
        _server.Start(_crew.ServeAsync);
        foreach (var slot in _crew.Workers)
        {
            slot.Start();
            _children.Add(await _launcher.NextAsync());
            var worker = new TestWorker(WorkerIdentity.From(name => _children[^1].Environment.GetValueOrDefault(name))!);
            _workers.Add(worker);
            worker.Client.Send(new Ready());
            await Eventually.EqualAsync(WorkerState.Healthy, () => slot.Describe().State, slot.Id);
        }
    }

    public async Task DisposeAsync()
    {
        _workers.ForEach(worker => worker.Client.Dispose());
        _children.ForEach(child => child.Exit(0));
        await Task.WhenAll(_crew.Workers.Select(slot => slot.CloseAsync(TimeSpan.Zero, "test over")));
        await _server.DisposeAsync();
        _crew.Dispose();
        await _meters.DisposeAsync();
    }

    [Fact]
    public async Task Relay_Payload_ReachesTheOthersInOrderAndNotItsSender()
    {
        for (byte i = 0; i < 100; i++)
        {
            Assert.True(_workers[0].Relay.Publish(new[] { i }));
        }

        for (byte i = 0; i < 100; i++)
        {
            Assert.Equal(i, (await _workers[1].NextRelayedAsync())[0]);
        }

        _workers[1].Relay.Publish(new byte[] { 200 });
        Assert.Equal(200, (await _workers[0].NextRelayedAsync())[0]);
    }

    [Fact]
    public async Task Relay_LargePayload_ArrivesWhole()
    {
        var payload = new byte[1_000_000];
        Random.Shared.NextBytes(payload);
        _workers[0].Relay.Publish(payload);
        Assert.Equal(payload, await _workers[1].NextRelayedAsync());
    }

    [Fact]
    public async Task Ask_Worker_AnswersFromItsOwnProcess()
    {
        var answer = await _crew.AskAsync("w2", "echo", JsonElement.Parse("""{"text":"hello"}"""), CancellationToken.None);
        Assert.Equal("""{"text":"hello"}""", answer.Body!.Value.GetRawText());
        Assert.Null(answer.Problem);
    }

    [Theory]
    [InlineData("w2", "nobody", "Nobody answers")]
    [InlineData("w2", "throws", "failed")]
    [InlineData("w9", "echo", "cannot be asked")]
    public async Task Ask_NoAnswerPossible_SaysWhyWithoutTheException(string worker, string name, string why)
    {
        var answer = await _crew.AskAsync(worker, name, JsonElement.Parse("{}"), CancellationToken.None);
        Assert.Null(answer.Body);
        Assert.Contains(why, answer.Problem, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", answer.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ask_WorkerGoesAwayMeanwhile_IsToldSo()
    {
        var asked = _crew.AskAsync("w1", "silent", JsonElement.Parse("{}"), CancellationToken.None);
        await _workers[0].AskedAsync();
        _workers[0].Client.Dispose();
        Assert.NotNull((await asked.WaitAsync(Eventually.Patience)).Problem);
    }

    [Fact]
    public async Task Set_ReachesAllAndThoseWhoComeLater()
    {
        _crew.Set("Logging:LogLevel:Default", "Debug");
        foreach (var worker in _workers)
        {
            await worker.HeardAsync<Set>(set => set is { Key: "Logging:LogLevel:Default", Value: "Debug" });
        }

        _children[0].Exit(1);
        var successor = await _launcher.NextAsync();
        var late = new TestWorker(WorkerIdentity.From(name => successor.Environment.GetValueOrDefault(name))!);
        _workers.Add(late);
        _children.Add(successor);
        await late.HeardAsync<Set>(set => set.Value == "Debug");
    }

    [Fact]
    public async Task TellFleet_WorkersKnowHowTheNodeStands()
    {
        _crew.TellFleet();
        await _workers[0].HeardAsync<Fleet>(fleet => fleet.Snapshot is { Total: 2, Healthy: 2, Crashed: 0 });
    }

    [Fact]
    public async Task Leave_WorkerHearsItAndItsBeatIsStillTaken()
    {
        _crew.Workers[0].Leave(TimeSpan.FromSeconds(7), "test", comeBack: true);
        await _workers[0].HeardAsync<Drain>(drain => drain is { Window.TotalSeconds: 7, Reason: "test" });
        var parts = new Dictionary<string, JsonElement> { ["meters"] = JsonElement.Parse("[1,2]") };
        _workers[0].Client.Send(new Beat(new(1, 2, 3, 4, 5, 6, 7, 8, Draining: true), parts));
        await Eventually.EqualAsync(3, () => _crew.Workers[0].Describe().Vitals?.Connections ?? 0, "the connections of the draining worker");
        Assert.Equal("[1,2]", _crew.Workers[0].Describe().Parts["meters"].GetRawText());
    }

    [Fact]
    public async Task SupervisorGoes_WorkerHearsTheEnd()
    {
        await _server.DisposeAsync();
        await _workers[0].Ended.WaitAsync(Eventually.Patience);
        Assert.False(File.Exists(_server.SocketPath));
    }

    /// <summary>A worker's end, with somebody to answer.</summary>
    private sealed class TestWorker
    {
        private readonly Channel<byte[]> _relayed = Channel.CreateUnbounded<byte[]>();
        private readonly ConcurrentQueue<ControlMessage> _heard = new();
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Answers _answers = new([new Echo(), new Throwing()], NullLogger<Answers>.Instance);

        public TestWorker(WorkerIdentity identity)
        {
            Client = new(identity);
            Relay = new(Client);
            Relay.Received += payload => _relayed.Writer.TryWrite(payload.ToArray());
            Client.Start(OnMessage, Relay.Deliver, () => _ended.TrySetResult());
        }

        public ControlClient Client { get; }

        public WorkerRelay Relay { get; }

        public Task Ended => _ended.Task;

        public Task<byte[]> NextRelayedAsync() => _relayed.Reader.ReadAsync().AsTask().WaitAsync(Eventually.Patience);

        public Task AskedAsync() => HeardAsync<Ask>(_ => true);

        public Task HeardAsync<T>(Func<T, bool> matches) => Eventually.TrueAsync(() => _heard.OfType<T>().Any(matches), $"a {typeof(T).Name} came");

        private void OnMessage(ControlMessage message)
        {
            _heard.Enqueue(message);
            if (message is Ask { Name: not "silent" } ask)
            {
                _ = AnswerAsync(ask);
            }
        }

        private async Task AnswerAsync(Ask ask)
        {
            var answer = await _answers.AnswerAsync(ask.Name, ask.Body, CancellationToken.None);
            Client.Send(new Answer(ask.Number, answer.Body, answer.Problem));
        }
    }

    private sealed class Echo : IWorkerAnswerer
    {
        public string Name => "echo";

        public Task<JsonElement> AnswerAsync(JsonElement body, CancellationToken cancellationToken) => Task.FromResult(body);
    }

    private sealed class Throwing : IWorkerAnswerer
    {
        public string Name => "throws";

        public Task<JsonElement> AnswerAsync(JsonElement body, CancellationToken cancellationToken) => throw new InvalidOperationException("secret");
    }
}
