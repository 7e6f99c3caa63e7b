using Chat.Server.Backplane;
using Chat.Server.Backplane.Failover;
using Chat.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Xunit;

namespace Chat.Tests.Backplane.Failover;

public sealed class SubscriptionSyncTests : IAsyncLifetime
{
    private readonly ScriptedTransport _transport = new();
    private readonly SubscriptionTable _table = new(NullLogger<SubscriptionTable>.Instance);
    private readonly CancellationTokenSource _stop = new();
    private readonly SubscriptionSync _sync;
    private Task _running = Task.CompletedTask;

    public SubscriptionSyncTests() =>
        _sync = new SubscriptionSync(_transport, _table, Options.Create(new BackplaneOptions()), TimeProvider.System);

    public Task InitializeAsync()
    {
        _running = Task.Run(() => _sync.RunAsync(_stop.Token));
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _sync.Dispose();
    }

    [Fact]
    public async Task Changed_BeforeThereIsAClient_IsCaughtUpWithWhenThereIs()
    {
        Add("a");
        Assert.True(_sync.Changed("a").IsCompleted);
        Assert.Empty(_transport.Subscribed);

        _sync.Attach();

        await Eventually.TrueAsync(() => _transport.Subscribed.ContainsKey("a"), "a is subscribed");
    }

    [Fact]
    public async Task Changed_OnAndOffInHaste_EndsAsIsWanted()
    {
        _sync.Attach();
        var last = Task.CompletedTask;

        for (var round = 0; round < 1_000; round++)
        {
            var entry = Add("a");
            _ = _sync.Changed("a");
            _table.Remove("a", entry);
            last = _sync.Changed("a");
        }

        await last.WaitAsync(Eventually.Patience);
        await _sync.RenewAsync(CancellationToken.None).WaitAsync(Eventually.Patience);
        await Eventually.TrueAsync(() => _transport.Subscribed.IsEmpty, "nothing is subscribed");
    }

    [Fact]
    public async Task Release_TheServerHangs_NobodyWaitsAnyMore()
    {
        _sync.Attach();
        _transport.Subscribe = _ => new TaskCompletionSource().Task;
        Add("a");
        _ = _sync.Changed("a");
        await Eventually.TrueAsync(() => _transport.Subscribed.ContainsKey("a"), "a is being subscribed");
        Add("b");
        var ready = _sync.Changed("b");

        _sync.Release();

        await ready.WaitAsync(Eventually.Patience);
    }

    [Fact]
    public async Task RenewAsync_TheBarrierFails_ThrowsAndLeavesNoBarrierBehind()
    {
        _sync.Attach();
        _transport.Subscribe = channel => channel.StartsWith("barrier", StringComparison.Ordinal)
            ? Task.FromException(new InvalidOperationException("on purpose"))
            : Task.CompletedTask;

        await Assert.ThrowsAsync<InvalidOperationException>(() => _sync.RenewAsync(CancellationToken.None).WaitAsync(Eventually.Patience));

        await Eventually.TrueAsync(() => _transport.Subscribed.IsEmpty, "nothing is subscribed");
    }

    private BackplaneHandlerEntry Add(string channel)
    {
        var entry = new BackplaneHandlerEntry((_, _) => { });
        _table.Add(channel, entry);
        return entry;
    }
}
