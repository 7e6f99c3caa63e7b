using Microsoft.Extensions.Options;

namespace Chat.Server.Backplane.Failover;

/// <summary>
/// Brings the server's subscriptions in line with the table. One loop does all of it and looks at what is wanted at
/// that moment, so a subscribe and an unsubscribe of one channel can't overtake each other and nothing leaks.
/// </summary>
internal sealed class SubscriptionSync(
    IBackplaneTransport transport, SubscriptionTable table, IOptions<BackplaneOptions> options, TimeProvider time) : IDisposable
{
    private const int BatchSize = 256;

    private readonly Lock _gate = new();
    private readonly Queue<Work> _queue = new();
    private readonly Dictionary<string, TaskCompletionSource> _unsettled = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _signal = new(0);
    private readonly List<Task> _changing = [];
    private bool _attached;
    private volatile bool _patient;

    private readonly record struct Work(string Channel, TaskCompletionSource Done, bool Barrier);

    /// <summary>There is a new client without any subscription.</summary>
    public void Attach()
    {
        lock (_gate)
        {
            _attached = true;
            _patient = true;
            foreach (var channel in table.Channels)
            {
                EnqueueUnderGate(channel);
            }
        }
    }

    /// <summary>Redis is given up: nobody shall wait for a confirmation any more.</summary>
    public void Release()
    {
        _patient = false;
        lock (_gate)
        {
            foreach (var waiting in _unsettled.Values)
            {
                waiting.TrySetResult();
            }
        }
    }

    /// <summary>What is wanted of this channel may have changed. Completes when the server knows, or need not know.</summary>
    public Task Changed(string channel)
    {
        lock (_gate)
        {
            return _attached ? EnqueueUnderGate(channel) : Task.CompletedTask;
        }
    }

    /// <summary>
    /// Looks at every channel again, and completes when the server has confirmed all, including what the client repeated by
    /// itself after a reconnect: a fresh subscription is answered only after those that were sent before it.
    /// </summary>
    public async Task RenewAsync(CancellationToken cancellationToken)
    {
        _patient = true;
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            foreach (var channel in table.Channels)
            {
                EnqueueUnderGate(channel);
            }

            _queue.Enqueue(new Work($"barrier:{Guid.NewGuid():N}", done, Barrier: true));
        }

        _signal.Release();
        await done.Task.WaitAsync(cancellationToken);
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await _signal.WaitAsync(cancellationToken);
                await ApplyAsync(Take(), cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            Release();
        }
    }

    public void Dispose() => _signal.Dispose();

    private Task EnqueueUnderGate(string channel)
    {
        if (_unsettled.TryGetValue(channel, out var waiting))
        {
            return waiting.Task;
        }

        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _unsettled[channel] = done;
        _queue.Enqueue(new Work(channel, done, Barrier: false));
        _signal.Release();
        return done.Task;
    }

    private List<Work> Take()
    {
        var batch = new List<Work>();
        lock (_gate)
        {
            while (batch.Count < BatchSize && _queue.TryDequeue(out var work))
            {
                batch.Add(work);
                if (!work.Barrier)
                {
                    // From here on a change is a new piece of work: this one may already have looked.
                    _unsettled.Remove(work.Channel);
                }
            }
        }

        return batch;
    }

    private async Task ApplyAsync(List<Work> batch, CancellationToken cancellationToken)
    {
        _changing.Clear();
        foreach (var work in batch)
        {
            _changing.Add(work.Barrier ? PassAsync(work) : transport.SetSubscribedAsync(work.Channel, table.Contains(work.Channel)));
        }

        var all = Task.WhenAll(_changing);
        if (_patient)
        {
            await all.WithinAsync(options.Value.PublishTimeout, time, cancellationToken);
        }

        // A refused subscription is not retried here: the client repeats it when it reconnects, and a refusal of the
        // account shows in the link's report.
        all.Forget();
        foreach (var work in batch.Where(work => !work.Barrier))
        {
            work.Done.TrySetResult();
        }
    }

    private async Task PassAsync(Work barrier)
    {
        try
        {
            await transport.SetSubscribedAsync(barrier.Channel, subscribed: true);
            barrier.Done.TrySetResult();
        }
        catch (Exception e)
        {
            barrier.Done.TrySetException(e);
        }

        // Also after a failure, for the client would subscribe it again with each reconnect.
        transport.SetSubscribedAsync(barrier.Channel, subscribed: false).Forget();
    }
}
