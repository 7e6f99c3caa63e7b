using Chat.Server.Backplane;
using Chat.Server.Delivery.Feeds;
using Chat.Server.Delivery.Nodes;
using Chat.Server.Storage;
using Chat.Server.Storage.Reading;
using Microsoft.Extensions.Options;

namespace Chat.Server.Delivery;

/// <summary>
/// Reads the journal of commits, so that what was committed by another process, or by this one without learning of it, reaches the
/// connections here, whatever became of the hint. The cost grows with what happened, not with what is followed.
/// </summary>
internal sealed partial class CommitFollower(
    LogReader log,
    FeedTable feeds,
    FeedPublisher publisher,
    UserConnections users,
    Doubts doubts,
    IBackplane bus,
    StorageBreaker breaker,
    IOptions<DeliveryOptions> options,
    IOptions<StorageOptions> storage,
    TimeProvider time,
    ILogger<CommitFollower> logger) : BackgroundService
{
    private readonly SemaphoreSlim _reading = new(1, 1);
    private readonly SemaphoreSlim _woken = new(0, 1);
    private long? _position;
    private long _readAt;
    private long _unsureAt = time.GetTimestamp();
    private IDisposable? _hook;

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        // Before Redis is trusted again, what was missed is read.
        _hook = bus.OnRestoring(StepAsync);
        return base.StartAsync(cancellationToken);
    }

    public override Task StopAsync(CancellationToken cancellationToken)
    {
        _hook?.Dispose();
        return base.StopAsync(cancellationToken);
    }

    /// <summary>Something was committed elsewhere: read soon. Never waits.</summary>
    public void Wake()
    {
        lock (_woken)
        {
            if (_woken.CurrentCount == 0)
            {
                _woken.Release();
            }
        }
    }

    public override void Dispose()
    {
        _woken.Dispose();
        _reading.Dispose();
        base.Dispose();
    }

    /// <summary>How long ago the journal was read to its end; null before the first time.</summary>
    public TimeSpan? SinceRead => Volatile.Read(ref _readAt) is var at and not 0 ? time.GetElapsedTime(at) : null;

    /// <summary>Redis was to tell what others do, and does not: what they commit is not known before it is read.</summary>
    public bool IsCutOff => bus.Status.Degraded;

    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        for (var woken = true; !stop.IsCancellationRequested;)
        {
            try
            {
                await breaker.WaitUntilClosedAsync(stop);
                // Asked in any case, for it notes when Redis was not to be relied on.
                if (IsDue() | woken)
                {
                    await StepAsync(stop);
                    // Rings that come close together share a reading.
                    await Task.Delay(options.Value.SignalInterval, time, stop);
                }

                woken = await _woken.WaitAsync(options.Value.FollowInterval, stop);
            }
            catch (StorageUnavailableException)
            {
                // The breaker is open now; the position is kept, so nothing is passed over.
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                Log.FollowFault(logger, e);
                await Task.Delay(options.Value.FollowInterval, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Reads once and passes on what moved.</summary>
    internal async Task StepAsync(CancellationToken stop)
    {
        await _reading.WaitAsync(stop);
        try
        {
            var asked = time.GetTimestamp();
            await ReadAsync(stop);
            Volatile.Write(ref _readAt, asked);
        }
        finally
        {
            _reading.Release();
        }
    }

    private bool IsDue()
    {
        var status = bus.Status;
        if (!status.ReachesNodes)
        {
            _unsureAt = time.GetTimestamp();
        }

        return FollowPace.IsDue(status, time.GetElapsedTime(_readAt), time.GetElapsedTime(_unsureAt), options.Value);
    }

    private async Task ReadAsync(CancellationToken stop)
    {
        if (_position is not { } position || time.GetElapsedTime(_readAt) > storage.Value.CommitRetention / 2)
        {
            await BeginAsync(stop);
            return;
        }

        var page = await log.ReadMovesAsync(position, own: false, stop);
        var status = bus.Status;
        foreach (var (conversation, head) in page.Heads)
        {
            // Workers of this machine send hints in every mode, other nodes only through Redis.
            publisher.Hear(conversation, head, swept: true, atOnce: status is { Mode: not BackplaneMode.Redis, HasSiblings: false });
        }

        foreach (var conversation in page.Members)
        {
            await WelcomeAsync(conversation, stop);
        }

        foreach (var pump in page.Users.SelectMany(u => users.Of(u)))
        {
            pump.Letters.LookForReplays();
        }

        await ResolveAsync(doubts.Open(), stop);
        _position = page.Position;
    }

    /// <summary>Without a position, or with one older than the journal, everything that is followed is compared.</summary>
    private async Task BeginAsync(CancellationToken stop)
    {
        var position = await log.CommitPositionAsync(stop);
        foreach (var part in feeds.All.Select(f => f.Conversation).Chunk(1_000))
        {
            await CompareAsync(part, stop);
        }

        if (_position is not null)
        {
            foreach (var pump in users.All)
            {
                pump.Reload();
            }
        }

        _position = position;
    }

    private async Task ResolveAsync(IReadOnlyDictionary<string, bool> doubtful, CancellationToken stop)
    {
        if (doubtful.Count == 0)
        {
            return;
        }

        await CompareAsync([.. doubtful.Keys], stop);
        foreach (var (conversation, _) in doubtful.Where(d => d.Value))
        {
            await WelcomeAsync(conversation, stop);
        }
    }

    private async Task CompareAsync(IReadOnlyCollection<string> conversations, CancellationToken stop)
    {
        foreach (var (conversation, bounds) in await log.BoundsAsync(conversations, stop))
        {
            publisher.Hear(conversation, bounds.Head, swept: true);
        }
    }

    private async Task WelcomeAsync(string conversation, CancellationToken stop)
    {
        if (users.Count == 0)
        {
            return;
        }

        foreach (var member in await log.MembersAsync(conversation, stop))
        {
            foreach (var pump in users.Of(member.User))
            {
                pump.Orders.Follow(conversation, member.JoinedSeq - 1);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1230, LogLevel.Error, "The journal of commits could not be followed; trying again", EventName = "FollowFault")]
        public static partial void FollowFault(ILogger logger, Exception exception);
    }
}
