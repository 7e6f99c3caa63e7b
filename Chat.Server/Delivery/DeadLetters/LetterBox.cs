using Chat.Server.Delivery.Acks;
using Chat.Server.Delivery.Feeds;
using Chat.Server.Delivery.Pumps;
using Chat.Server.Storage.DeadLetters;

namespace Chat.Server.Delivery.DeadLetters;

/// <summary>What the device of one connection fails at, what is sent to it again for that, and the dead letters that an operator replays to it. Guarded by the pump's lock.</summary>
internal sealed class LetterBox
{
    private readonly ConnectionPump _pump;
    private readonly Lock _pumpLock;
    private readonly PumpServices _services;
    private readonly RoundClock _clock;
    private readonly ReplayRun _replays;
    private readonly Queue<Subscription> _again = new();
    private readonly ClientHearing? _hearing;

    public LetterBox(ConnectionPump pump, Lock pumpLock, PumpServices services)
    {
        _pump = pump;
        _pumpLock = pumpLock;
        _services = services;
        _clock = new RoundClock(services.Time);
        _replays = new ReplayRun(pump, services);
        _hearing = pump.Connection.Features.Get<ClientHearing>();
    }

    /// <summary>Dead letters may wait to be replayed.</summary>
    public void LookForReplays()
    {
        _replays.Want();
        _pump.Wake();
    }

    /// <summary>Whether a position is the answer to a replay and to nothing else.</summary>
    public bool TakesReplayUnderLock(string conversation, long seq, string? error) => _replays.TakesUnderLock(conversation, seq, error);

    public void AcknowledgedUnderLock(Subscription subscription, long seq, int gained, string? error)
    {
        if (gained > 0)
        {
            _clock.Acknowledged(subscription);
        }

        // It names the event by what was acknowledged right before it.
        if (!string.IsNullOrEmpty(error) && seq == subscription.Acked && subscription.Acked < subscription.Position)
        {
            _clock.Reported(subscription, ErrorText.Clean(error));
            _pump.Window.Answered();
        }
    }

    /// <summary>Called once a second.</summary>
    public void CheckUnderLock(IReadOnlyCollection<Subscription> subscriptions)
    {
        var heard = _hearing?.Take() ?? false;
        if (_pump.Window.Unacknowledged > 0)
        {
            Count(_clock.Check(subscriptions, heard, _services.Options.ResendAfter));
        }
        else
        {
            _clock.Rest();
        }

        _replays.CheckUnderLock(heard);
    }

    /// <summary>The connection is over.</summary>
    public void EndUnderLock() => Count(_clock.End());

    /// <summary>A failed round has been counted. Without an outcome it could not be.</summary>
    public void Settle(FailedDelivery failed, RoundOutcome? outcome)
    {
        if (outcome is { } given and not RoundOutcome.Counted)
        {
            GiveUp(failed.Subscription, failed.Seq, given);
        }
        else if (!_pump.Window.IsResent)
        {
            // Else all of the connection was sent again just now.
            SendAgain(failed.Subscription);
        }
    }

    /// <summary>The next thing for the pump's loop to do; null for nothing.</summary>
    public Func<CatchUp, Task>? NextUnderLock()
    {
        if (_again.TryDequeue(out var subscription))
        {
            return catchUp => catchUp.ResendAsync([subscription]);
        }

        return _replays.TakeWantedUnderLock() ? _ => _replays.SendAsync() : null;
    }

    /// <summary>
    /// Goes on behind an event that is given up, if the connection still stands before it: what comes after it was sent already and is sent again,
    /// for the client may have let it wait for the one that failed.
    /// </summary>
    private void GiveUp(Subscription subscription, long seq, RoundOutcome outcome)
    {
        var conversation = subscription.Feed.Conversation;
        lock (_pumpLock)
        {
            if (_pump.IsClosed || subscription.Acked != seq - 1 || subscription.Position < seq)
            {
                return;
            }

            _pump.Announce(SkippedNotice.Of(conversation, seq, outcome));
            _pump.Places.PassUnderLock(subscription, seq);
        }

        _services.Keeper.Mark(new CursorKey(_pump.User, _pump.Device, conversation), seq);
        SendAgain(subscription);
    }

    private void SendAgain(Subscription subscription)
    {
        lock (_pumpLock)
        {
            if (_pump.IsClosed || _again.Contains(subscription))
            {
                return;
            }

            _again.Enqueue(subscription);
            _pump.WakeUnderLock();
        }

        // The loop may be waiting for room.
        _pump.Window.Wake();
    }

    private void Count(List<FailedDelivery> failed)
    {
        // A topic that is followed for as long as the connection lives has no cursor to move on.
        foreach (var delivery in failed.Where(d => d.Subscription.KeepsCursor))
        {
            _services.Rounds.Count(_pump, delivery);
        }
    }
}
