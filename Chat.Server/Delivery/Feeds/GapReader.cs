using Chat.Server.Storage;
using Chat.Server.Storage.Reading;
using Microsoft.Extensions.Options;

namespace Chat.Server.Delivery.Feeds;

/// <summary>
/// Reads from the log what feeds miss, a few at a time. When Redis is lost, every conversation that moves has a gap: each with a connection
/// of its own they would open the whole pool at once, on every node, in the moment in which the database is wanted most. Those that
/// wait gather events meanwhile, and one read brings them all.
/// </summary>
internal sealed class GapReader(LogReader log, StorageBreaker breaker, IOptions<DeliveryOptions> options) : IDisposable
{
    public const int AtOnce = 4;

    private readonly SemaphoreSlim _turns = new(AtOnce);

    /// <summary>What the feed misses by the time that it is its turn; null when nothing is missing.</summary>
    public async Task<Gap?> NextAsync(ConversationFeed feed, CancellationToken stop)
    {
        await _turns.WaitAsync(stop);
        try
        {
            await breaker.WaitUntilClosedAsync(stop);
            return feed.NextGap() is { } gap
                ? new Gap(gap.After, gap.Through, await log.ReadAsync(feed.Conversation, gap.After, gap.Through, options.Value.PageSize, stop))
                : null;
        }
        catch (StorageUnavailableException)
        {
            // The breaker is open now: asked again, this waits until it is not.
            return new Gap(0, 0, null);
        }
        finally
        {
            _turns.Release();
        }
    }

    public void Dispose() => _turns.Dispose();
}

/// <param name="After">Seq before the first that is missing.</param>
/// <param name="Through">The last that is missing.</param>
/// <param name="Events">What the log has of it, from its beginning; null when it could not be read.</param>
internal sealed record Gap(long After, long Through, List<LogEvent>? Events);
