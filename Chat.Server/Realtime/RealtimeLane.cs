using Chat.Server.Delivery;
using Chat.Server.Realtime.Spool;
using Chat.Server.Storage;
using Chat.Server.Storage.Writing;
using Microsoft.Extensions.Options;

namespace Chat.Server.Realtime;

/// <summary>
/// The way of sends to realtime conversations: to the writer while it answers within the budget, else to the spool and to who is
/// online. One line for the process, so that order is kept when the way changes: whoever goes into the spool takes all behind him along, and
/// the line goes to the writer again only behind the last of the spool.
/// </summary>
internal sealed class RealtimeLane : IDisposable
{
    private readonly LogWriter _writer;
    private readonly StorageBreaker _breaker;
    private readonly OwnSpool _spool;
    private readonly SpoolFolder _folder;
    private readonly Rights _rights;
    private readonly DeliveryService _delivery;
    private readonly RealtimeMeter _meter;
    private readonly TimeProvider _time;
    private readonly TimeSpan _budget;
    private readonly AppendRefused _full;
    private readonly AppendRefused _unavailable;
    private readonly Lock _lock = new();
    private readonly LinkedList<RealtimeSend> _inFlight = [];
    private readonly ITimer _timer;
    private bool _spooling;

    public RealtimeLane(
        LogWriter writer,
        StorageBreaker breaker,
        OwnSpool spool,
        SpoolFolder folder,
        Rights rights,
        DeliveryService delivery,
        RealtimeMeter meter,
        IOptions<RealtimeOptions> options,
        IOptions<StorageOptions> storage,
        TimeProvider time)
    {
        (_writer, _breaker, _spool, _folder, _rights, _delivery, _meter, _time) = (writer, breaker, spool, folder, rights, delivery, meter, time);
        _budget = options.Value.Budget;
        _full = new AppendRefused(AppendRefusal.Overloaded, options.Value.FullRetryAfter);
        _unavailable = new AppendRefused(AppendRefusal.StorageUnavailable, storage.Value.RetryAfter);
        _timer = time.CreateTimer(_ => CheckBudget(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Its place in the order is taken before this returns.</summary>
    public Task<AppendOutcome> Submit(Append append)
    {
        var send = new RealtimeSend(append, Told, _time.GetTimestamp());
        lock (_lock)
        {
            if (_spooling || !_breaker.IsClosed || !_folder.IsClear)
            {
                SpoolHoldingLock(send);
            }
            else
            {
                send.Node = _inFlight.AddLast(send);
                if (_inFlight.Count == 1)
                {
                    _timer.Change(_budget, Timeout.InfiniteTimeSpan);
                }

                _writer.Submit(send.Append);
            }
        }

        return send.Outcome;
    }

    /// <summary>Hands the next of the spool to the writer. Behind the last of it the line is open again.</summary>
    public void SubmitDrained(IReadOnlyList<Append> appends)
    {
        lock (_lock)
        {
            foreach (var append in appends)
            {
                _writer.Submit(append);
            }

            _spooling = _spool.HasUnread || appends.Any(a => a.Outcome is { IsCompleted: true, Result: var outcome } && !SpoolStore.IsFinal(outcome));
        }
    }

    /// <summary>What was to be stored from the spool is still there: everybody queues behind it again.</summary>
    public void HoldBack()
    {
        lock (_lock)
        {
            _spooling = true;
            DivertHoldingLock();
        }
    }

    /// <summary>The spool was found empty.</summary>
    public void ReleaseIfEmpty()
    {
        lock (_lock)
        {
            _spooling &= _spool.HasUnread;
        }
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

        lock (_lock)
        {
            if (send.Node is null)
            {
                // In the spool by now; the drain asks its watch.
                return;
            }

            if (outcome is AppendRefused { Reason: AppendRefusal.StorageUnavailable or AppendRefusal.Overloaded })
            {
                DivertHoldingLock();
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
            if (_inFlight.First is not { } oldest)
            {
                return;
            }

            var left = _budget - _time.GetElapsedTime(oldest.Value.Began);
            if (left > TimeSpan.Zero)
            {
                _timer.Change(left, Timeout.InfiniteTimeSpan);
            }
            else
            {
                DivertHoldingLock();
            }
        }
    }

    /// <summary>Takes back from the writer what it has not answered, and spools it in order.</summary>
    private void DivertHoldingLock()
    {
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
        if (!_rights.MaySend(send.Append))
        {
            send.Answer(_unavailable);
            return;
        }

        switch (_spool.Add(send.Append))
        {
            case SpoolTaken taken:
                _spooling = true;
                _ = send.AnswerWhenSavedAsync(taken.Entry, _unavailable);
                break;
            case SpoolRepeat repeat:
                _ = send.AnswerWhenSavedAsync(repeat.Entry, _unavailable);
                break;
            case SpoolConflict:
                send.Answer(AppendRefused.IdConflict);
                break;
            default:
                send.Answer(_full);
                break;
        }
    }
}
