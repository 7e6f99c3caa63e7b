using Chat.Server.Failpoints;

namespace Chat.Server.Backplane.Failover;

/// <summary>A wire to a Redis that hangs while that is pretended: still connected, but nothing comes from it and nothing is answered.</summary>
internal sealed class PretendedHang : IBackplaneTransport
{
    private readonly IBackplaneTransport _inner;
    private readonly FaultSwitch _hangs;

    public PretendedHang(IBackplaneTransport inner, FaultSwitch hangs)
    {
        _inner = inner;
        _hangs = hangs;
        inner.Received += OnReceived;
    }

    public event Action<string, ReadOnlyMemory<byte>>? Received;

    public LinkReport Report() => _inner.Report();

    public Task ConnectAsync(CancellationToken cancellationToken) => _inner.ConnectAsync(cancellationToken);

    /// <summary>What is published meanwhile never arrives.</summary>
    public Task PublishAsync(string channel, byte[] frame) => _hangs.IsOn ? UnansweredAsync() : _inner.PublishAsync(channel, frame);

    /// <summary>Asked for at once, so that it holds afterwards, and confirmed then.</summary>
    public Task SetSubscribedAsync(string channel, bool subscribed)
    {
        var asked = _inner.SetSubscribedAsync(channel, subscribed);
        return _hangs.IsOn ? AfterwardsAsync(asked) : asked;
    }

    public Task CheckAsync() => _hangs.IsOn ? UnansweredAsync() : _inner.CheckAsync();

    public async ValueTask DisposeAsync()
    {
        _inner.Received -= OnReceived;
        await _inner.DisposeAsync();
    }

    private void OnReceived(string channel, ReadOnlyMemory<byte> frame)
    {
        if (!_hangs.IsOn)
        {
            Received?.Invoke(channel, frame);
        }
    }

    private async Task AfterwardsAsync(Task asked)
    {
        await _hangs.Over;
        await asked;
    }

    private async Task UnansweredAsync()
    {
        await _hangs.Over;
        throw new TimeoutException("There was no answer (pretended).");
    }
}
