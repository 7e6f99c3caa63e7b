using Chat.Contracts;

namespace Chat.Client.Receiving;

/// <summary>
/// One conversation's events on their way to the application: each seq once and in order. Decides only; <see cref="Inbox"/>
/// runs the handlers, reads the history and acknowledges.
/// </summary>
internal sealed class ConversationInbox
{
    /// <summary>Events handed out whose stored twin is awaited: an hour of storage being away at 30 a second.</summary>
    private const int MostShown = 100_000;
    private const int MostStored = 1024;

    private readonly Lock _gate = new();
    private readonly RecentIds _ids = new(MostShown, MostStored);
    private readonly ReplayBook _replays = new();
    private readonly HandlingQueue _queue;
    private readonly LogOrder _order;
    private long? _epoch;
    private long _handled;
    private long _sent;
    private int _generation;
    private bool _isFilling;

    public ConversationInbox(string conversation, InboxLoad load)
    {
        Conversation = conversation;
        _queue = new HandlingQueue(load);
        _order = new LogOrder(_queue, _ids);
    }

    public string Conversation { get; }

    /// <summary>The last seq that the application got or is about to get.</summary>
    public long? Accepted()
    {
        using var locked = _gate.EnterScope();
        return _order.Accepted;
    }

    /// <summary>How far the application has handled it.</summary>
    public InboxPosition? Position()
    {
        using var locked = _gate.EnterScope();
        return _order.Accepted is null ? null : new InboxPosition(_epoch ?? 0, _handled);
    }

    /// <summary>What may be acknowledged: handled, and sent on this connection.</summary>
    public long? Acknowledgeable()
    {
        using var locked = _gate.EnterScope();
        var seq = _order.Accepted is null ? _replays.Last ?? 0 : Math.Min(_handled, _sent);
        return seq > 0 ? seq : null;
    }

    /// <summary>Continues from an earlier run or a subscription.</summary>
    public void StartAt(long? epoch, long seq)
    {
        using var locked = _gate.EnterScope();
        if (_order.TryBegin(seq))
        {
            _epoch ??= epoch;
            _handled = seq;
        }
    }

    /// <summary>A new connection sends again what it has no acknowledgement for, so what the last one owed is no gap any more.</summary>
    public void BeginSession()
    {
        using var locked = _gate.EnterScope();
        _sent = 0;
        _replays.BeginSession();
        _order.Forget(known: 0);
    }

    /// <summary>An event as it arrives, from the connection (<paramref name="live"/>) or from the history.</summary>
    public Arrival Offer(ChatEvent e, bool live)
    {
        using var locked = _gate.EnterScope();
        return e.Seq is { } seq ? OfferLocked(e, seq, live) : OfferProvisionalLocked(e);
    }

    /// <summary>The next event is <paramref name="head"/> + 1, whatever was before.</summary>
    public void Reset(long head)
    {
        using var locked = _gate.EnterScope();
        ResetLocked(head);
        _epoch = null;
    }

    /// <summary>The log does not hold these any more.</summary>
    public Arrival Truncate(long from, long to)
    {
        using var locked = _gate.EnterScope();
        BeginLocked(from - 1);
        return to > _order.Accepted ? _order.Place(new InboxEntry(from, to, null, _generation)) : Arrival.Ignored;
    }

    /// <summary>The server gave this one up after several rounds.</summary>
    public Arrival Skip(long seq)
    {
        using var locked = _gate.EnterScope();
        BeginLocked(seq - 1);
        if (seq > _order.Accepted)
        {
            _replays.Skipped(seq);
            return _order.Place(new InboxEntry(seq, seq, null, _generation));
        }

        if (!_queue.GiveUp(seq, _generation))
        {
            return Arrival.Ignored;
        }

        _replays.Skipped(seq);
        return Arrival.Queued;
    }

    /// <summary>The hole cannot be filled: goes on behind it.</summary>
    public Arrival JumpTo(long seq, int generation)
    {
        using var locked = _gate.EnterScope();
        return _order.Accepted is { } accepted && seq > accepted && _generation == generation
            ? _order.Place(new InboxEntry(accepted + 1, seq, null, _generation))
            : Arrival.Ignored;
    }

    /// <summary><c>true</c>: there is a gap and the caller is the one to fill it, until <see cref="NextGap"/> has nothing.</summary>
    public bool TryStartFilling()
    {
        using var locked = _gate.EnterScope();
        return !_isFilling && (_isFilling = _queue.HasRoom && GapLocked() is not null);
    }

    /// <summary>What to read next; with <c>null</c> the filling is over.</summary>
    public InboxGap? NextGap()
    {
        using var locked = _gate.EnterScope();
        var gap = _queue.HasRoom ? GapLocked() : null;
        _isFilling = gap is not null;
        return gap;
    }

    /// <summary>The connection is gone; the next one sends again what is missing.</summary>
    public void StopFilling()
    {
        using var locked = _gate.EnterScope();
        _isFilling = false;
    }

    /// <summary>Whether the position has not been reset since.</summary>
    public bool IsAt(int generation)
    {
        using var locked = _gate.EnterScope();
        return _generation == generation;
    }

    /// <summary><c>true</c>: the caller must run the queue until <see cref="Next"/> has nothing.</summary>
    public bool TryStart()
    {
        using var locked = _gate.EnterScope();
        _order.Drain();
        return _queue.TryStart();
    }

    /// <summary>The entry to handle now; with <c>null</c> the run is over.</summary>
    public InboxEntry? Next()
    {
        using var locked = _gate.EnterScope();
        _order.Drain();
        return _queue.Next();
    }

    /// <summary>Ends a run without having handled the front.</summary>
    public void Pause()
    {
        using var locked = _gate.EnterScope();
        _queue.Pause();
    }

    /// <summary>The handler ran.</summary>
    public void Handled(InboxEntry entry)
    {
        using var locked = _gate.EnterScope();
        _queue.Dequeue();
        if (entry.IsReplay)
        {
            _replays.Handled(entry.From);
        }

        if (entry.To is { } to && entry.Generation == _generation)
        {
            _handled = Math.Max(_handled, to);
        }
    }

    /// <summary>The handler threw.</summary>
    public AfterFailure Failed(InboxEntry entry)
    {
        using var locked = _gate.EnterScope();
        var isOfThisLog = entry.To is not null && entry.Generation == _generation;
        var after = _queue.Fail(entry, willComeAgain: isOfThisLog);
        if (after != AfterFailure.Dropped)
        {
            return after;
        }

        if (isOfThisLog)
        {
            _replays.Skipped(entry.To!.Value);
            _handled = Math.Max(_handled, entry.To.Value);
        }
        else if (entry.Event is { Seq: null } provisional)
        {
            // Its stored twin is the second chance, and must not be taken for a repetition.
            _ids.Unshow(provisional);
        }

        return after;
    }

    private Arrival OfferLocked(ChatEvent e, long seq, bool live)
    {
        if (_epoch is { } epoch && e.Epoch != epoch)
        {
            if (e.Epoch < epoch)
            {
                return Arrival.Ignored;
            }

            ResetLocked(seq - 1);
        }

        if (_replays.IsReplay(e, seq, hasPosition: _order.Accepted is not null))
        {
            if (!_replays.TryTake(seq))
            {
                return Arrival.AlreadyReplayed;
            }

            _queue.Enqueue(new InboxEntry(seq, null, e, _generation));
            return Arrival.Queued;
        }

        _epoch = e.Epoch;
        BeginLocked(seq - 1);
        if (live)
        {
            _sent = Math.Max(_sent, seq);
            _replays.Sent(seq);
        }

        if (seq > _order.Accepted)
        {
            return _order.Place(new InboxEntry(seq, seq, e, _generation));
        }

        return seq <= _handled ? Arrival.AlreadyHandled
            : _queue.ComesAgain(seq, _generation, e) ? Arrival.Queued
            : Arrival.Ignored;
    }

    private Arrival OfferProvisionalLocked(ChatEvent e)
    {
        // Without room it is dropped: its stored twin will come.
        if (!_queue.HasRoom || !_ids.TryShow(e))
        {
            return Arrival.Ignored;
        }

        _queue.Enqueue(new InboxEntry(0, null, e, _generation));
        return Arrival.Queued;
    }

    private InboxGap? GapLocked() => _order.Missing() is var (after, to) ? new InboxGap(after, to, _generation) : null;

    /// <summary>The first that is known of the conversation.</summary>
    private void BeginLocked(long seq)
    {
        if (_order.TryBegin(seq))
        {
            _handled = seq;
        }
    }

    private void ResetLocked(long head)
    {
        _generation++;
        _handled = head;
        _sent = 0;
        _order.BeginAgain(head);
        _replays.ForgetSkipped();
        _queue.Unblock();
    }
}
