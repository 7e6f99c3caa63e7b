using Chat.Contracts;
using Chat.Server.Storage;
using Microsoft.AspNetCore.SignalR;

namespace Chat.Server.Delivery.Feeds;

/// <summary>
/// What this process feeds of one conversation, and to whom. One lock makes the order: a connection goes live in the same breath
/// in which its position is compared with the feed's, so nothing falls between replay and live.
/// </summary>
internal sealed class ConversationFeed(string conversation, int recentEvents)
{
    private readonly Lock _lock = new();
    private readonly FeedGate _gate = new();
    private readonly RecentEvents _recent = new(recentEvents);
    private readonly List<Subscription> _subscriptions = [];
    private bool _retired;
    private bool _filling;
    private long _touched;

    public string Conversation { get; } = conversation;

    public long Head => _gate.Known;

    /// <summary>Connections that follow the conversation here; asked without the lock, as it was a moment ago.</summary>
    public int Size => _subscriptions.Count;

    /// <summary>Passes events on, in order; what comes too early is kept back.</summary>
    /// <param name="changes">Receives the membership events that were fed.</param>
    /// <returns>Whether a gap must be filled from the log; told once until that filling has ended.</returns>
    public bool Offer(ArraySegment<LogEvent> run, long now, List<LogEvent> changes)
    {
        lock (_lock)
        {
            _touched = now;
            for (var next = _gate.Offer(run); next.Count > 0; next = _gate.Unpark())
            {
                FeedUnderLock(next, changes);
            }

            return StartFillUnderLock();
        }
    }

    /// <summary>The log is known to reach this far. Returns as <see cref="Offer"/>.</summary>
    public bool Hear(long head)
    {
        lock (_lock)
        {
            _gate.Hear(head);
            return StartFillUnderLock();
        }
    }

    /// <summary>What is missing; null ends the filling, for nothing is.</summary>
    public (long After, long Through)? NextGap()
    {
        lock (_lock)
        {
            _filling = _gate.HasGap;
            return _filling ? (_gate.Position, _gate.Known) : null;
        }
    }

    /// <summary>What is missing is not in the log any more: go on behind it.</summary>
    public void SkipGap(long through)
    {
        lock (_lock)
        {
            _gate.Skip(through);
        }
    }

    /// <summary>The filling has failed; the next event starts another.</summary>
    public void FillEnded()
    {
        lock (_lock)
        {
            _filling = false;
        }
    }

    /// <summary>False when the feed was taken out of use: get another.</summary>
    public bool TryJoin(Subscription subscription)
    {
        lock (_lock)
        {
            if (_retired)
            {
                return false;
            }

            subscription.Index = _subscriptions.Count;
            _subscriptions.Add(subscription);
            return true;
        }
    }

    /// <summary>True when nobody is left and the feed is out of use.</summary>
    public bool Leave(Subscription subscription)
    {
        lock (_lock)
        {
            RemoveUnderLock(subscription);
            _retired |= _subscriptions.Count == 0;
            return _retired;
        }
    }

    public bool IsCold => Position() == FeedGate.Cold;

    /// <summary>The log, read after joining, ends here.</summary>
    public void Establish(long head)
    {
        lock (_lock)
        {
            _gate.Establish(head);
        }
    }

    /// <summary>Makes the subscription live if it has all that was fed.</summary>
    public bool TryGoLive(Subscription subscription)
    {
        lock (_lock)
        {
            subscription.Live = subscription.Index >= 0
                && _gate.Position != FeedGate.Cold
                && subscription.Position >= _gate.Position
                && subscription.Position < subscription.End;
            return subscription.Live;
        }
    }

    /// <summary>Recent events after <paramref name="seq"/>; null when the log must be read.</summary>
    public List<LogEvent>? RecentAfter(long seq, int most)
    {
        lock (_lock)
        {
            return _recent.After(seq, most);
        }
    }

    /// <summary>Sets the end of what the subscription may see.</summary>
    public void End(Subscription subscription, long seq)
    {
        lock (_lock)
        {
            subscription.End = Math.Min(subscription.End, seq);
        }
    }

    /// <summary>Whether <paramref name="user"/> sent the event with this seq, as far as memory tells.</summary>
    public bool IsOwn(string user, long seq)
    {
        lock (_lock)
        {
            return _recent.Find(seq)?.Sender == user;
        }
    }

    /// <summary>Writes what is not owed, a notice or an event without a seq, to the connections of everybody but one user that keep up.</summary>
    /// <param name="frame">Asked under the lock; null: nothing after all.</param>
    /// <param name="most">Nobody is told when there are more connections than this.</param>
    /// <returns>False when there are more.</returns>
    public bool Notify(string? exceptUser, Func<SerializedHubMessage?> frame, int most = int.MaxValue)
    {
        SerializedHubMessage? made = null;
        lock (_lock)
        {
            foreach (var subscription in _subscriptions.Count > most ? [] : _subscriptions)
            {
                if (subscription.Pump.User != exceptUser && subscription.End == long.MaxValue && (made ??= frame()) is { } ready)
                {
                    subscription.Pump.TrySendNotice(ready);
                }
            }

            return _subscriptions.Count <= most;
        }
    }

    /// <summary>Who follows it now; sorted.</summary>
    public IReadOnlyList<string> Users()
    {
        lock (_lock)
        {
            return [.. _subscriptions.Where(s => s.End == long.MaxValue).Select(s => s.Pump.User).Distinct().Order(StringComparer.Ordinal)];
        }
    }

    /// <summary>Gives the memory of recent events back when nothing has come for a while.</summary>
    public void Trim(long untouchedSince)
    {
        lock (_lock)
        {
            if (_touched <= untouchedSince && !_recent.IsEmpty)
            {
                _recent.Clear();
            }
        }
    }

    private long Position()
    {
        lock (_lock)
        {
            return _gate.Position;
        }
    }

    private bool StartFillUnderLock()
    {
        var starts = _gate.HasGap && !_filling;
        _filling |= starts;
        return starts;
    }

    private void FeedUnderLock(ArraySegment<LogEvent> run, List<LogEvent> changes)
    {
        // Who may see an event changes at a membership event, so each goes out by itself.
        var from = 0;
        for (var i = 0; i < run.Count; i++)
        {
            if (run[i].Type != EventTypes.Member)
            {
                continue;
            }

            WriteUnderLock(run[from..i]);
            from = i + 1;
            WriteUnderLock(run[i..from]);
            EndMembershipsUnderLock(run[i]);
            changes.Add(run[i]);
        }

        WriteUnderLock(run[from..]);
    }

    private void WriteUnderLock(ArraySegment<LogEvent> run)
    {
        if (run.Count == 0)
        {
            return;
        }

        SerializedHubMessage? frame = null;
        var first = run[0].Seq;
        var last = run[^1].Seq;
        var acceptedAt = run[^1].At;
        foreach (var subscription in _subscriptions)
        {
            if (!subscription.Live || subscription.Position >= last)
            {
                continue;
            }

            if (subscription.Position != first - 1 || !subscription.Pump.TrySendLive(subscription, frame ??= Frames.Events(run), run.Count, last, acceptedAt))
            {
                subscription.Live = false;
                subscription.Pump.FallBehind(subscription);
            }
        }

        _recent.AddAll(run);
    }

    private void EndMembershipsUnderLock(LogEvent change)
    {
        if (Membership.Read(change) is not { Action: not MembershipChange.Added } body)
        {
            return;
        }

        foreach (var subscription in _subscriptions)
        {
            if (body.Users.Contains(subscription.Pump.User))
            {
                subscription.End = change.Seq;
                subscription.Live = false;
                subscription.Pump.FallBehind(subscription);
            }
        }
    }

    private void RemoveUnderLock(Subscription subscription)
    {
        if (subscription.Index < 0)
        {
            return;
        }

        var moved = _subscriptions[^1];
        _subscriptions[subscription.Index] = moved;
        moved.Index = subscription.Index;
        _subscriptions.RemoveAt(_subscriptions.Count - 1);
        subscription.Index = -1;
        subscription.Live = false;
        subscription.Gone = true;
    }
}
