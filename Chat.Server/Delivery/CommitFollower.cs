using Chat.Server.Delivery.Feeds;
using Chat.Server.Storage;
using Chat.Server.Storage.Reading;
using Microsoft.Extensions.Options;

namespace Chat.Server.Delivery;

/// <summary>
/// Reads the journal of commits, so that what was committed by another process, or by this one without learning of it, reaches the
/// connections here. The cost grows with what happened, not with what is followed.
/// </summary>
internal sealed partial class CommitFollower(
    LogReader log,
    FeedTable feeds,
    FeedPublisher publisher,
    UserConnections users,
    StorageBreaker breaker,
    IOptions<DeliveryOptions> options,
    IOptions<StorageOptions> storage,
    TimeProvider time,
    ILogger<CommitFollower> logger) : BackgroundService
{
    private long? _position;
    private long _readAt;

    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await breaker.WaitUntilClosedAsync(stop);
                await StepAsync(stop);
                await Task.Delay(options.Value.FollowInterval, time, stop);
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
                await Task.Delay(options.Value.FollowInterval, time, stop);
            }
        }
    }

    /// <summary>Reads once and passes on what moved.</summary>
    internal async Task StepAsync(CancellationToken stop)
    {
        if (_position is not { } position || time.GetElapsedTime(_readAt) > storage.Value.CommitRetention / 2)
        {
            await BeginAsync(stop);
            return;
        }

        var page = await log.ReadMovesAsync(position, stop);
        foreach (var (conversation, head) in page.Heads)
        {
            publisher.Hear(conversation, head);
        }

        foreach (var conversation in page.Members)
        {
            await WelcomeAsync(conversation, stop);
        }

        _position = page.Position;
        _readAt = time.GetTimestamp();
    }

    /// <summary>Without a position, or with one older than the journal, everything that is followed is compared.</summary>
    private async Task BeginAsync(CancellationToken stop)
    {
        var position = await log.CommitPositionAsync(stop);
        foreach (var part in feeds.All.Select(f => f.Conversation).Chunk(1_000))
        {
            foreach (var (conversation, bounds) in await log.BoundsAsync(part, stop))
            {
                publisher.Hear(conversation, bounds.Head);
            }
        }

        if (_position is not null)
        {
            foreach (var pump in users.All)
            {
                pump.Reload();
            }
        }

        _position = position;
        _readAt = time.GetTimestamp();
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
                pump.Follow(conversation, member.JoinedSeq - 1);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1230, LogLevel.Error, "The journal of commits could not be followed; trying again", EventName = "FollowFault")]
        public static partial void FollowFault(ILogger logger, Exception exception);
    }
}
