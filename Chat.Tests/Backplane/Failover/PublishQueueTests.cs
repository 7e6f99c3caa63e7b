using Chat.Server.Backplane;
using Chat.Server.Backplane.Failover;
using Chat.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Xunit;

namespace Chat.Tests.Backplane.Failover;

public sealed class PublishQueueTests : IAsyncLifetime
{
    private static readonly BackplaneOptions Settings = new() { PublishQueueMessages = 100, PublishQueueBytes = 65_536, PublishBatch = 10 };

    private readonly ScriptedTransport _transport = new();
    private readonly ManualTimeProvider _time = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly PublishQueue _queue;
    private Task _running = Task.CompletedTask;

    public PublishQueueTests()
    {
        var metrics = new ServiceCollection().AddMetrics().AddSingleton<BackplaneMetrics>().BuildServiceProvider().GetRequiredService<BackplaneMetrics>();
        _queue = new PublishQueue(_transport, Options.Create(Settings), metrics, _time);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
    }

    [Fact]
    public async Task TryEnqueue_Open_SendsAllInOrder()
    {
        _queue.Open();
        Run();

        for (var n = 0; n < 50; n++)
        {
            Assert.True(_queue.TryEnqueue($"{n}", [1]));
        }

        await Eventually.EqualAsync(50, () => _transport.Published.Count, "sent");
        Assert.Equal(Enumerable.Range(0, 50).Select(n => $"{n}"), _transport.Published.Select(p => p.Channel));
    }

    [Fact]
    public void TryEnqueue_MoreThanFits_IsDropped()
    {
        _queue.Open();

        Assert.Equal(100, Enumerable.Range(0, 150).Count(_ => _queue.TryEnqueue("a", [1])));
    }

    [Fact]
    public void TryEnqueue_MoreBytesThanFit_IsDroppedAndRoomReturns()
    {
        _queue.Open();

        Assert.Equal(6, Enumerable.Range(0, 10).Count(_ => _queue.TryEnqueue("a", new byte[10_000])));
        _queue.Close();
        _queue.Open();
        Assert.Equal(6, Enumerable.Range(0, 10).Count(_ => _queue.TryEnqueue("a", new byte[10_000])));
    }

    [Fact]
    public async Task RunAsync_TheServerHangs_OneBatchIsOutUntilTheQueueIsClosed()
    {
        _transport.Publish = () => new TaskCompletionSource().Task;
        _queue.Open();
        for (var n = 0; n < 50; n++)
        {
            _queue.TryEnqueue("a", [1]);
        }

        Run();
        await _time.WaitForTimersAsync();
        _time.Advance(Settings.PublishTimeout * 10);
        Assert.Equal(Settings.PublishBatch, _transport.Published.Count);
        Assert.Equal(40, _queue.Count);

        // Closed and open again before anybody could look: what hung stays behind.
        _queue.Close();
        Assert.Equal(0, _queue.Count);
        _transport.Publish = () => Task.CompletedTask;
        _queue.Open();
        _queue.TryEnqueue("after", [1]);
        await Eventually.EqualAsync("after", () => _transport.Published.Last().Channel, "what was sent last");
    }

    [Fact]
    public async Task RunAsync_SomeFail_TheRestGoesOn()
    {
        var calls = 0;
        _transport.Publish = () => ++calls % 2 == 0 ? Task.FromException(new InvalidOperationException("on purpose")) : Task.CompletedTask;
        _queue.Open();
        Run();

        for (var n = 0; n < 50; n++)
        {
            _queue.TryEnqueue("a", [1]);
        }

        await Eventually.EqualAsync(50, () => _transport.Published.Count, "tried");
    }

    private void Run() => _running = Task.Run(() => _queue.RunAsync(_stop.Token));
}
