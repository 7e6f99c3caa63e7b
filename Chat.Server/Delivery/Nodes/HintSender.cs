using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Threading.Channels;
using Chat.Server.Backplane;
using Chat.Server.Failpoints;
using Chat.Server.Storage;

namespace Chat.Server.Delivery.Nodes;

/// <summary>
/// Tells other processes of commits. The writer only hands over; composing and publishing are this loop's, and when it does not keep
/// up hints are dropped: the journal has what they told.
/// </summary>
internal sealed partial class HintSender(
    IBackplane bus, CommitBell bell, BackplaneMetrics metrics, TimeProvider time, ILogger<HintSender> logger) : BackgroundService, ICommitObserver
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

            try
            {
                Tell(events);
            }
            catch (Exception e)
            {
                // The journal has what these hints would have told. Ended, this loop would end the whole process.
                Log.HintFault(logger, e);
            }
        }
    }

    private void Tell(List<LogEvent> events)
    {
        if (TestSwitches.DropHints)
        {
            return;
        }

        var began = time.GetUtcNow();
        var told = 0;
        foreach (var (message, count) in HintFormat.Write(events))
        {
            if (bus.Publish(Hint.Channel, message))
            {
                metrics.HintsSent(count);
                EventTraces.Done("publish", CollectionsMarshal.AsSpan(events).Slice(told, count), began, ActivityKind.Producer);
            }

            told += count;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1249, LogLevel.Error, "Other processes could not be told of commits; they find them in the journal", EventName = "HintFault")]
        public static partial void HintFault(ILogger logger, Exception exception);
    }
}
