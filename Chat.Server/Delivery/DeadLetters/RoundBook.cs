using System.Threading.Channels;
using Chat.Server.Delivery.Pumps;
using Chat.Server.Storage;
using Chat.Server.Storage.DeadLetters;
using Microsoft.Extensions.Options;

namespace Chat.Server.Delivery.DeadLetters;

/// <summary>
/// Writes down failed rounds and the ends of replays, one after the other and away from the connections. What cannot be written is
/// dropped: the event is sent again, fails again, and is counted then.
/// </summary>
internal sealed partial class RoundBook(
    DeadLetterStore store, DeliveryMeter meter, IOptions<DeliveryOptions> options, ILogger<RoundBook> logger) : BackgroundService
{
    private const int Capacity = 10_000;

    private readonly Channel<Func<CancellationToken, Task>> _entries =
        Channel.CreateBounded<Func<CancellationToken, Task>>(new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropWrite });

    private readonly RoundLimits _limits = new(
        options.Value.DeadLetterAfter, options.Value.ResendAfter / 2, options.Value.DeadLettersPerDevice);

    /// <summary>Counts it and has the pump act on what that leads to.</summary>
    public void Count(ConnectionPump pump, FailedDelivery failed) => _entries.Writer.TryWrite(async ct =>
    {
        RoundOutcome? outcome = null;
        try
        {
            var round = new FailedRound(
                pump.User,
                pump.Device,
                failed.Subscription.Feed.Conversation,
                failed.Seq,
                failed.Error is null ? FailureReasons.Unacknowledged : FailureReasons.HandlerFailed,
                failed.Error);
            outcome = await store.CountAsync(round, _limits, ct);
            Tell(outcome.Value, round);
        }
        finally
        {
            pump.Letters.Settle(failed, outcome);
        }
    });

    public void Replayed(string id) => _entries.Writer.TryWrite(ct =>
    {
        meter.Replayed(acknowledged: true);
        return store.ReplayedAsync(id, ct);
    });

    public void ReplayFailed(string id, string reason, string? error) => _entries.Writer.TryWrite(ct =>
    {
        meter.Replayed(acknowledged: false);
        return store.ReplayFailedAsync(id, reason, error, ct);
    });

    public void ReplayIsVoid(string id) => _entries.Writer.TryWrite(ct => store.ReplayVoidAsync(id, ct));

    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        await foreach (var entry in _entries.Reader.ReadAllAsync(stop))
        {
            try
            {
                await entry(stop);
            }
            catch (StorageUnavailableException)
            {
                // Counted when it fails the next time.
            }
            catch (Exception e) when (!stop.IsCancellationRequested)
            {
                Log.RoundFault(logger, e);
            }
        }
    }

    private void Tell(RoundOutcome outcome, FailedRound round)
    {
        switch (outcome)
        {
            case RoundOutcome.Buried or RoundOutcome.OverQuota:
                meter.DeadLetter(kept: outcome == RoundOutcome.Buried);
                Log.DeadLetter(logger, round.Conversation, round.Seq, outcome, round.Reason);
                break;
            case RoundOutcome.Expired:
                meter.Expired(1);
                break;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1240, LogLevel.Warning, "Event {Seq} of conversation {Conversation} is given up for a device that keeps failing at it ({Outcome}, {Reason})", EventName = "DeadLetter")]
        public static partial void DeadLetter(ILogger logger, string conversation, long seq, RoundOutcome outcome, string reason);

        [LoggerMessage(1241, LogLevel.Error, "A failed delivery or the end of a replay could not be written down", EventName = "RoundFault")]
        public static partial void RoundFault(ILogger logger, Exception exception);
    }
}
