using System.Threading.Channels;
using Chat.Contracts;
using Chat.Server.Backplane;
using Chat.Server.Delivery.Pumps;
using Chat.Server.Storage;
using Chat.Server.Storage.Reading;
using Microsoft.Extensions.Options;

namespace Chat.Server.Delivery.Feeds;

/// <summary>
/// Carries commits from the writer to the feeds. A conversation always takes the same lane, so its order is kept; several lanes, so
/// that a large group does not hold up the rest. Also where gaps are filled.
/// </summary>
internal sealed partial class FeedPublisher(
    FeedTable feeds,
    UserConnections users,
    GapReader gaps,
    BackplaneMetrics hints,
    DeliveryMeter meter,
    DeliveryFacts facts,
    IOptions<DeliveryOptions> options,
    TimeProvider time,
    ILogger<FeedPublisher> logger) : BackgroundService, ICommitObserver
{
    /// <summary>Batches that may wait in a lane. A lane never waits for a client, so a full one means that the processor is the limit: the writer slows down with it.</summary>
    private const int LaneCapacity = 16;

    private static readonly Comparison<LogEvent> ByConversation = (a, b) =>
        string.CompareOrdinal(a.Conversation, b.Conversation) is var order and not 0 ? order : a.Seq.CompareTo(b.Seq);

    private readonly Channel<List<LogEvent>>[] _lanes =
    [
        .. Enumerable.Range(0, Math.Max(2, Environment.ProcessorCount))
            .Select(_ => Channel.CreateBounded<List<LogEvent>>(new BoundedChannelOptions(LaneCapacity) { SingleReader = true })),
    ];

    private CancellationToken _stopping;

    /// <inheritdoc/>
    public async ValueTask CommittedAsync(IReadOnlyList<LogEvent> events)
    {
        var lanes = new List<LogEvent>?[_lanes.Length];
        foreach (var e in events)
        {
            facts.Committed(e.Conversation, e.Seq);
            EventTraces.Done("commit", e, DateTimeOffset.FromUnixTimeMilliseconds(e.At));
            (lanes[Lane(e.Conversation)] ??= new(events.Count)).Add(e);
        }

        for (var i = 0; i < lanes.Length; i++)
        {
            if (lanes[i] is { } part)
            {
                await _lanes[i].Writer.WriteAsync(part);
            }
        }
    }

    /// <summary>
    /// Takes what another process committed, without waiting: where a lane is full, it is noted that there is something, and read later.
    /// </summary>
    /// <returns>How many were not taken.</returns>
    public int Offer(IReadOnlyList<LogEvent> events)
    {
        var refused = 0;
        foreach (var part in events.GroupBy(e => Lane(e.Conversation)))
        {
            var taken = part.ToList();
            if (_lanes[part.Key].Writer.TryWrite(taken))
            {
                continue;
            }

            refused += taken.Count;
            taken.ForEach(e => Hear(e.Conversation, e.Seq, swept: false));
        }

        return refused;
    }

    /// <summary>A conversation's log is known to reach <paramref name="head"/>: what is missing here is read.</summary>
    /// <param name="conversation">Which.</param>
    /// <param name="head">Its last event.</param>
    /// <param name="swept">The journal told it.</param>
    /// <param name="atOnce">No hint is on its way: waiting for one would only cost time.</param>
    public void Hear(string conversation, long head, bool swept, bool atOnce = false)
    {
        if (feeds.Find(conversation) is { } feed && feed.Hear(head))
        {
            _ = FillAsync(feed, swept, atOnce);
        }
    }

    protected override Task ExecuteAsync(CancellationToken stop)
    {
        _stopping = stop;
        return Task.WhenAll(_lanes.Select(lane => Task.Run(() => RunAsync(lane.Reader, stop), stop)));
    }

    private async Task RunAsync(ChannelReader<List<LogEvent>> lane, CancellationToken stop)
    {
        await foreach (var events in lane.ReadAllAsync(stop))
        {
            // What was committed while the last events were written goes out with these: one frame instead of several.
            while (events.Count < options.Value.PageSize && lane.TryPeek(out var next) && events.Count + next.Count <= options.Value.PageSize)
            {
                lane.TryRead(out next);
                events.AddRange(next!);
            }

            events.Sort(ByConversation);
            var all = new ArraySegment<LogEvent>([.. events]);
            for (var from = 0; from < all.Count;)
            {
                var to = from + 1;
                while (to < all.Count && all[to].Conversation == all[from].Conversation && all[to].Seq == all[to - 1].Seq + 1)
                {
                    to++;
                }

                try
                {
                    Publish(all[from..to]);
                }
                catch (Exception e)
                {
                    // One conversation's trouble is not its neighbours': its connections read the log instead when the next event comes.
                    Log.PublishFault(logger, e);
                }

                from = to;
            }

            // Once a batch: the time of its first event until its last was written.
            meter.Fed(time.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(all[0].At));
        }
    }

    /// <summary>Feeds a run of consecutive events of one conversation.</summary>
    private void Publish(ArraySegment<LogEvent> run)
    {
        var began = time.GetUtcNow();
        var changes = new List<LogEvent>();
        var feed = feeds.Find(run[0].Conversation);
        if (feed is null)
        {
            changes.AddRange(run.Where(e => e.Type == EventTypes.Member));
        }
        else
        {
            meter.Sized(run);
            if (feed.Offer(run, time.GetTimestamp(), changes))
            {
                _ = FillAsync(feed, swept: false, atOnce: false);
            }
        }

        changes.ForEach(Welcome);
        EventTraces.Done("deliver", run.AsSpan(), began);
    }

    /// <summary>Users who were added follow the conversation from that event on.</summary>
    private void Welcome(LogEvent change)
    {
        if (Membership.Read(change) is not { Action: MembershipChange.Added } added)
        {
            return;
        }

        foreach (var pump in added.Users.SelectMany(u => users.Of(u)))
        {
            pump.Orders.Follow(change.Conversation, change.Seq - 1);
        }
    }

    /// <summary>The missing event usually comes by itself within moments; else one read fills the gap for all.</summary>
    private async Task FillAsync(ConversationFeed feed, bool swept, bool atOnce)
    {
        try
        {
            await Task.Delay(atOnce ? TimeSpan.Zero : options.Value.GapWait, time, _stopping);
            while (await gaps.NextAsync(feed, _stopping) is { } gap)
            {
                if (gap.Events is { Count: > 0 } events)
                {
                    // What retention has cut in between is announced to each connection by its pump.
                    feed.SkipGap(events[0].Seq - 1);
                    hints.RecoveredBySweep(swept ? events.Count : 0);
                    Publish(new ArraySegment<LogEvent>([.. events]));
                }
                else if (gap.Events is not null)
                {
                    Log.GapLost(logger, gap.After, gap.Through);
                    feed.SkipGap(gap.Through);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Shutting down; whoever connects next reads the log.
        }
        catch (Exception e)
        {
            Log.PublishFault(logger, e);
            feed.FillEnded();
        }
    }

    private int Lane(string conversation) => (int)((uint)string.GetHashCode(conversation, StringComparison.Ordinal) % (uint)_lanes.Length);

    private static partial class Log
    {
        [LoggerMessage(1210, LogLevel.Error, "Events could not be passed to the connections; they read the log instead", EventName = "PublishFault")]
        public static partial void PublishFault(ILogger logger, Exception exception);

        [LoggerMessage(1211, LogLevel.Warning, "Events {After} to {Through} of a conversation are not in the log any more", EventName = "GapLost")]
        public static partial void GapLost(ILogger logger, long after, long through);
    }
}
