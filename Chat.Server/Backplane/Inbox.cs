using System.Threading.Channels;

namespace Chat.Server.Backplane;

/// <summary>
/// Takes messages off the network's thread and hands them to their listeners in order. Bounded, because a listener
/// that can't keep up must cost hints (which the database makes good), never memory.
/// </summary>
internal sealed class Inbox : IAsyncDisposable
{
    private readonly Channel<(string Channel, ReadOnlyMemory<byte> Payload)> _queue;
    private readonly SubscriptionTable _table;
    private readonly BackplaneMetrics _metrics;
    private readonly Task _loop;

    public Inbox(SubscriptionTable table, int capacity, BackplaneMetrics metrics)
    {
        _table = table;
        _metrics = metrics;
        _queue = Channel.CreateBounded<(string, ReadOnlyMemory<byte>)>(new BoundedChannelOptions(capacity) { SingleReader = true });
        _loop = Task.Run(RunAsync);
    }

    public bool Offer(string channel, ReadOnlyMemory<byte> payload)
    {
        if (_queue.Writer.TryWrite((channel, payload)))
        {
            return true;
        }

        _metrics.Lost(HintLoss.InboxFull);
        return false;
    }

    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _loop;
    }

    private async Task RunAsync()
    {
        await foreach (var (channel, payload) in _queue.Reader.ReadAllAsync())
        {
            _metrics.Received();
            _table.Dispatch(channel, payload);
        }
    }
}
