using Chat.Server.Delivery;
using Chat.Server.Realtime.Spool;
using Chat.Server.Storage;
using Chat.Server.Storage.Writing;
using Microsoft.Extensions.Options;

namespace Chat.Server.Realtime;

/// <summary>
/// The way of sends to realtime conversations: to the writer while it answers within the budget, else to the spool and to who is
/// online. One line for the process, so that order is kept when the way changes: whoever goes into the spool takes all behind him along, and
/// the line goes to the writer again only when all is stored that anybody on this node has spooled. While the last of that is being stored
/// sends wait for it, within their budget: else, under load, there would never be a last.
/// </summary>
internal sealed class RealtimeLane : IDisposable
{
    /// <summary>Between two looks whether those that wait may go on. They wait for no more than a few commits.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(10);

    private readonly LogWriter _writer;
    private readonly StorageBreaker _breaker;
    private readonly OwnSpool _spool;
    private readonly SpoolBoard _board;
    private readonly Rights _rights;
    private readonly DeliveryService _delivery;
    private readonly RealtimeMeter _meter;
    private readonly WriterMeter _failures;
    private readonly TimeProvider _time;
    private readonly TimeSpan _budget;
    private readonly AppendRefused _full;
    private readonly AppendRefused _unavailable;
    private readonly Lock _lock = new();
    private readonly LinkedList<RealtimeSend> _inFlight = [];
    private readonly ITimer _timer;
    private int _parked;

    public RealtimeLane(
        LogWriter writer,
        StorageBreaker breaker,
        OwnSpool spool,
        SpoolFolder folder,
        Rights rights,
        DeliveryService delivery,
        RealtimeMeter meter,
        WriterMeter failures,
        IOptions<RealtimeOptions> options,
        IOptions<StorageOptions> storage,
        TimeProvider time)
    {
        (_writer, _breaker, _spool, _board, _rights, _delivery, _meter, _failures, _time) = (writer, breaker, spool, folder.Board, rights, delivery, meter, failures, time);
        _budget = options.Value.Budget;
        _full = new AppendRefused(AppendRefusal.Overloaded, options.Value.FullRetryAfter);
        _unavailable = new AppendRefused(AppendRefusal.StorageUnavailable, storage.Value.RetryAfter);
        _timer = time.CreateTimer(_ => CheckBudget(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Its place in the order is taken before this returns.</summary>
    public Task<AppendOutcome> Submit(Append append)
    {
        var send = new RealtimeSend(append, Told, _failures, _time.GetTimestamp());
        lock (_lock)
        {
            if (!_breaker.IsClosed)
            {
                DivertHoldingLock(forced: true);
                _board.MarkForced();
                SpoolHoldingLock(send);
            }
            else if (IsOpenHoldingLock())
            {
                LineUpHoldingLock(send);
                SubmitHoldingLock(send);
            }
            else if (_board.IsEnding)
            {
                LineUpHoldingLock(send);
                if (++_parked == 1)
                {
                    _timer.Change(LookEvery, Timeout.InfiniteTimeSpan);
                }
            }
            else
            {
                DivertHoldingLock(forced: false);
                SpoolHoldingLock(send);
            }
        }

        return send.Outcome;
    }

    /// <summary>They are on disk: now the others see them, in this order.</summary>
    public void Saved(IReadOnlyList<SpoolEntry> entries)
    {
        foreach (var entry in entries)
        {
            _delivery.ShowProvisional(entry.ToEvent(), () => entry.Stored is not null);
        }

        _meter.Queued(entries.Count);
    }

    public void Dispose() => _timer.Dispose();

    /// <summary>Called by whoever answers a send, before the writer takes the next.</summary>
    private void Told(RealtimeSend send, AppendOutcome outcome)
    {
        if (outcome is AppendWithdrawn)
        {
            return;
        }

        if (outcome is AppendStored)
        {
            _rights.Proved(send.Append);
        }

        lock (_lock)
        {
            if (send.Node is null)
            {
                // In the spool by now; the drain asks its watch.
                return;
            }

            if (outcome is AppendRefused { Reason: AppendRefusal.StorageUnavailable or AppendRefusal.Overloaded })
            {
                DivertHoldingLock(forced: true);
                return;
            }

            _inFlight.Remove(send.Node);
            send.Node = null;
        }

        send.Answer(outcome);
    }

    private void CheckBudget()
    {
        lock (_lock)
        {
            if (_parked > 0 && !IsOpenHoldingLock() && !_board.IsEnding)
            {
                DivertHoldingLock(forced: false);
            }

            if (_inFlight.First is not { } oldest)
            {
                return;
            }

            var left = _budget - _time.GetElapsedTime(oldest.Value.Began);
            if (left <= TimeSpan.Zero)
            {
                DivertHoldingLock(forced: true);
            }
            else
            {
                _timer.Change(_parked > 0 && LookEvery < left ? LookEvery : left, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private void LineUpHoldingLock(RealtimeSend send)
    {
        send.Node = _inFlight.AddLast(send);
        if (_inFlight.Count == 1)
        {
            _timer.Change(_budget, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Nothing spooled is to come before what goes to the writer now. Those that waited for that go first.</summary>
    private bool IsOpenHoldingLock()
    {
        if (!_spool.IsClear)
        {
            return false;
        }

        if (_parked == 0)
        {
            return true;
        }

        _parked = 0;
        foreach (var send in _inFlight.Where(s => !s.IsSubmitted).ToList())
        {
            // One that is refused at once takes all behind it into the spool.
            if (send.Node is not null)
            {
                SubmitHoldingLock(send);
            }
        }

        return _spool.IsClear;
    }

    private void SubmitHoldingLock(RealtimeSend send)
    {
        send.IsSubmitted = true;
        _writer.Submit(send.Append);
    }

    /// <summary>Takes back from the writer what it has not answered, and spools it in order.</summary>
    /// <param name="forced">Storage does not answer; else it is only for the order.</param>
    private void DivertHoldingLock(bool forced)
    {
        if (forced && _inFlight.Count > 0)
        {
            _board.MarkForced();
        }

        _parked = 0;
        while (_inFlight.First is { } node)
        {
            var send = node.Value;
            _inFlight.RemoveFirst();
            send.Node = null;
            if (send.Append.Complete(AppendWithdrawn.Instance)
                || send.Append.Outcome.Result is AppendRefused { Reason: AppendRefusal.StorageUnavailable or AppendRefusal.Overloaded })
            {
                SpoolHoldingLock(send);
            }
            else
            {
                send.Answer(send.Append.Outcome.Result);
            }
        }
    }

    private void SpoolHoldingLock(RealtimeSend send)
    {
        var refused = send.Append.After?.SentBack
            ?? (_rights.IsLocked(send.Append) && _spool.Find(send.Append) is null ? AppendRefused.Locked : null)
            ?? (_rights.MaySend(send.Append) ? null : _unavailable);
        if (refused is not null)
        {
            send.Answer(refused);
        }
        else
        {
            send.Answer(_spool.Add(send.Append), _full, _unavailable);
        }
    }
}
