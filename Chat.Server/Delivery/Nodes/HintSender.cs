using System.Threading.Channels;
using Chat.Server.Backplane;
using Chat.Server.Failpoints;
using Chat.Server.Storage;

namespace Chat.Server.Delivery.Nodes;

/// <summary>
/// Tells other processes of commits. The writer only hands over; composing and publishing are this loop's, and when it does not keep
/// up hints are dropped: the journal has what they told.
/// </summary>
internal sealed class HintSender(IBackplane bus, CommitBell bell, BackplaneMetrics metrics) : BackgroundService, ICommitObserver
{
    private const int BatchesWaiting = 1_024;
    private const int MostAtOnce = 1_024;

    private readonly Channel<IReadOnlyList<LogEvent>> _batches =
        Channel.CreateBounded<IReadOnlyList<LogEvent>>(new BoundedChannelOptions(BatchesWaiting) { SingleReader = true });

    /// <inheritdoc/>
    public ValueTask CommittedAsync(IReadOnlyList<LogEvent> events)
    {
        var status = bus.Status;
        if (status.MayReachOthers && !_batches.Writer.TryWrite(events))
        {
            metrics.Lost(HintLoss.QueueFull, events.Count);
        }

        bell.Ring(status);
        return ValueTask.CompletedTask;
    }

    /// <summary>A conversation was created here.</summary>
    public void Created(string conversation, IReadOnlyList<string> members)
    {
        var status = bus.Status;
        if (status.MayReachOthers && !TestSwitches.DropHints)
        {
            foreach (var message in HintFormat.Write(conversation, members))
            {
                bus.Publish(Hint.Channel, message);
            }
        }

        bell.Ring(status);
    }

    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        while (await _batches.Reader.WaitToReadAsync(stop))
        {
            var events = new List<LogEvent>();
            while (events.Count < MostAtOnce && _batches.Reader.TryRead(out var batch))
            {
                events.AddRange(batch);
            }

            Tell(events);
        }
    }

    private void Tell(List<LogEvent> events)
    {
        if (TestSwitches.DropHints)
        {
            return;
        }

        foreach (var (message, count) in HintFormat.Write(events))
        {
            if (bus.Publish(Hint.Channel, message))
            {
                metrics.HintsSent(count);
            }
        }
    }
}
