using Chat.Server.Backplane;
using Chat.Server.Delivery;
using Chat.Server.Delivery.Nodes;
using Chat.Server.Storage.Signals;
using Chat.Tests.Support;
using Chat.Tests.Telemetry;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Chat.Tests.Delivery.Nodes;

/// <summary>What tells other processes meets a fault that nobody has thought of: the next commit is told all the same, for a loop that ended would end the process.</summary>
public sealed class TellingFaultsTests : IDisposable
{
    private readonly TestMeters _meters = new();
    private readonly FaultBus _bus = new();
    private readonly FaultSignal _signal = new();

    [Fact]
    public async Task HintSender_AfterAFault_TellsTheNextCommit()
    {
        using var bell = Bell();
        using var sender = new HintSender(_bus, bell, new BackplaneMetrics(_meters.Factory), TimeProvider.System, NullLogger<HintSender>.Instance);
        await sender.StartAsync(CancellationToken.None);

        await sender.CommittedAsync([LogEvents.At(1)]);
        await _bus.Published.WaitForCountAsync(1);
        await sender.CommittedAsync([LogEvents.At(2)]);

        await _bus.Published.WaitForCountAsync(2);
        await Eventually.TrueAsync(() => _meters.Values("chat.backplane.hint.sent").Values.Sum() is 1, "the second hint is counted, the first is not");
        Assert.False(sender.ExecuteTask!.IsCompleted);
        await sender.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task CommitBell_AfterAFault_RingsForTheNextCommit()
    {
        using var bell = Bell();
        await bell.StartAsync(CancellationToken.None);

        bell.Ring(_bus.Status);
        await _signal.Sent.WaitForCountAsync(1);
        bell.Ring(_bus.Status);

        await _signal.Sent.WaitForCountAsync(2);
        Assert.False(bell.ExecuteTask!.IsCompleted);
        await bell.StopAsync(CancellationToken.None);
    }

    public void Dispose() => _meters.Dispose();

    private CommitBell Bell() => new(_signal, _bus, new BackplaneNode(), Options.Create(new DeliveryOptions()), TimeProvider.System, NullLogger<CommitBell>.Instance);

    /// <summary>Fails the first time.</summary>
    private sealed class FaultBus : IBackplane
    {
        public Recorded<string> Published { get; } = new();

        public BackplaneStatus Status { get; } = new(BackplaneMode.Database, RedisConfigured: true, Reason: null, DateTimeOffset.UnixEpoch);

        public event Action<BackplaneStatus>? ModeChanged { add { } remove { } }

        public bool Publish(string channel, ReadOnlyMemory<byte> payload)
        {
            Published.Add(channel);
            return Published.Count > 1 ? true : throw new InvalidOperationException("A fault of the bus.");
        }

        public IBackplaneSubscription Subscribe(string channel, BackplaneHandler handler) => NoBackplane.Nothing;

        public IDisposable OnRestoring(Func<CancellationToken, Task> hook) => NoBackplane.Nothing;
    }

    /// <summary>Fails the first time.</summary>
    private sealed class FaultSignal : ICommitSignal
    {
        public Recorded<string> Sent { get; } = new();

        public bool IsSupported => true;

        public Task SendAsync(string word, CancellationToken cancellation)
        {
            Sent.Add(word);
            return Sent.Count > 1 ? Task.CompletedTask : throw new InvalidOperationException("A fault of the database.");
        }

        public Task ListenAsync(Action listening, Action<string> heard, CancellationToken cancellation) => Task.Delay(Timeout.Infinite, cancellation);
    }
}
