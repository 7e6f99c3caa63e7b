using System.Threading.Channels;
using Microsoft.Extensions.Options;

namespace Chat.Server.Backplane.Failover;

/// <summary>
/// Stands between those who publish and a Redis that may hang: enqueueing never waits, one writer sends in batches and
/// is the only one that ever waits for an answer. Bounded in messages and bytes; what does not fit is dropped and counted.
/// </summary>
internal sealed class PublishQueue(
    IBackplaneTransport transport, IOptions<BackplaneOptions> options, BackplaneMetrics metrics, TimeProvider time)
{
    private readonly BackplaneOptions _options = options.Value;
    private readonly Channel<(string Channel, byte[] Frame)> _queue =
        Channel.CreateBounded<(string, byte[])>(new BoundedChannelOptions(options.Value.PublishQueueMessages));
    private readonly List<Task> _sending = [];
    private long _waitingBytes;
    private volatile TaskCompletionSource _closing = Closed();

    public int Count => _queue.Reader.Count;

    /// <summary>Redis is in use from now on.</summary>
    public void Open()
    {
        if (_closing.Task.IsCompleted)
        {
            _closing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Redis is not in use: what waits is stale by the time that it is again, and is dropped.</summary>
    public void Close()
    {
        _closing.TrySetResult();
        Drop(HintLoss.LinkLost);
    }

    public bool TryEnqueue(string channel, byte[] frame)
    {
        if (Interlocked.Add(ref _waitingBytes, frame.Length) <= _options.PublishQueueBytes && _queue.Writer.TryWrite((channel, frame)))
        {
            return true;
        }

        Interlocked.Add(ref _waitingBytes, -frame.Length);
        metrics.NotPublished(HintLoss.QueueFull);
        return false;
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (await _queue.Reader.WaitToReadAsync(cancellationToken))
            {
                if (!_closing.Task.IsCompleted)
                {
                    await SendBatchAsync(cancellationToken);
                }
                else
                {
                    // Came in while the link was being given up.
                    Drop(HintLoss.LinkLost);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            Drop(HintLoss.LinkLost);
        }
    }

    private async Task SendBatchAsync(CancellationToken cancellationToken)
    {
        var closing = _closing.Task;
        _sending.Clear();
        while (_sending.Count < _options.PublishBatch && TryTake(out var channel, out var frame))
        {
            _sending.Add(transport.PublishAsync(channel, frame));
        }

        // Copied, for a batch that hangs is left behind.
        var batch = _sending.ToArray();
        var all = Settled(batch);
        if (!await all.WithinAsync(_options.PublishTimeout, time, cancellationToken))
        {
            metrics.NotPublished(HintLoss.TimedOut, batch.Length);
            // Nothing more is put on top of what hangs, so at most one batch is ever in the client's own queue.
            // The monitor sees the silence as well and closes this queue, which ends the wait.
            await Task.WhenAny(all, closing).WaitAsync(cancellationToken);
            return;
        }

        var sent = batch.Count(task => task.IsCompletedSuccessfully);
        metrics.Published(sent);
        if (sent < batch.Length)
        {
            metrics.NotPublished(HintLoss.Failed, batch.Length - sent);
        }
    }

    private static TaskCompletionSource Closed()
    {
        var closed = new TaskCompletionSource();
        closed.SetResult();
        return closed;
    }

    private void Drop(string reason)
    {
        var dropped = 0;
        while (TryTake(out _, out _))
        {
            dropped++;
        }

        if (dropped > 0)
        {
            metrics.NotPublished(reason, dropped);
        }
    }

    private bool TryTake(out string channel, out byte[] frame)
    {
        if (!_queue.Reader.TryRead(out var item))
        {
            (channel, frame) = (string.Empty, []);
            return false;
        }

        Interlocked.Add(ref _waitingBytes, -item.Frame.Length);
        (channel, frame) = item;
        return true;
    }

    /// <summary>Never faults: each task's outcome is looked at by itself, also when it comes too late.</summary>
    private static async Task Settled(Task[] tasks)
    {
        foreach (var task in tasks)
        {
            await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
