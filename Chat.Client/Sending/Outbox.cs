using Chat.Client.Connecting;
using Chat.Contracts;

namespace Chat.Client.Sending;

/// <summary>
/// Keeps every send until its receipt. Within a conversation one call follows the other, so that a send that must be
/// repeated is never overtaken; conversations are independent of one another.
/// </summary>
internal sealed class Outbox
{
    private readonly ChatClientOptions _options;
    private readonly OutboxJournal? _journal;
    private readonly SendPolicy _policy;
    private readonly Action<Receipt> _finished;
    private readonly Action _signIn;
    private readonly Func<double> _random;
    private readonly Lock _gate = new();
    private readonly OutboxLanes _lanes;
    private readonly OutboxBook _book;
    private int _calls;
    private HubSession? _session;
    private ChatClosedException? _closed;

    public Outbox(ChatClientOptions options, OutboxJournal? journal, Action<Receipt> finished, Action signIn, Func<double> random)
    {
        _options = options;
        _journal = journal;
        _finished = finished;
        _signIn = signIn;
        _random = random;
        _policy = new SendPolicy(new BackOff(options.BackOffBase, options.BackOffCap), options.UnauthenticatedDelay);
        _lanes = new OutboxLanes(options.TimeProvider, random, EndWait);
        _book = new OutboxBook(options.OutboxCapacity, journal);
        var restored = journal?.Restored ?? [];
        _book.Restore(restored.Count);
        Enqueue(restored);
    }

    /// <summary>Everything without a receipt, oldest first.</summary>
    public IReadOnlyList<PendingSend> Pending
    {
        get
        {
            lock (_gate)
            {
                return _book.Pending;
            }
        }
    }

    /// <summary>Takes the items in, in order; done when they are on disk, where there is a journal.</summary>
    public async Task AddAsync(IReadOnlyList<OutboxItem> items)
    {
        lock (_gate)
        {
            ThrowIfClosedLocked();
            _book.Reserve(items.Count);
        }

        if (_journal is null)
        {
            Enqueue(items);
            return;
        }

        try
        {
            // The journal enqueues, not this method after its await: continuations may run in another order than the file has.
            await _journal.AppendAsync(items, Enqueue);
        }
        catch
        {
            lock (_gate)
            {
                _book.Release(items.Count);
            }

            throw;
        }
    }

    /// <summary>The caller gave up: no further attempt. A call that is under way may still take effect.</summary>
    public void Cancel(OutboxItem item, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            item.IsAbandoned = true;
            if (_lanes.Remove(item))
            {
                _book.Forget(item);
            }
        }

        item.Cancel(cancellationToken);
    }

    public void Attach(HubSession session)
    {
        lock (_gate)
        {
            _session = session;
            _book.ForgetFaults();
        }

        Wake(WakeOn.Reconnected);
    }

    /// <summary>Ends the waits that this may end.</summary>
    public void Wake(WakeOn reason)
    {
        lock (_gate)
        {
            _lanes.Wake(reason);
        }

        Pump();
    }

    /// <summary>Completes when nothing waits for a receipt.</summary>
    public Task WhenEmptyAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            ThrowIfClosedLocked();
            return _book.WhenEmpty().WaitAsync(cancellationToken);
        }
    }

    /// <summary>Fails everything that has no receipt; the journal, where there is one, keeps it.</summary>
    public void Close(ChatClosedException reason)
    {
        IReadOnlyList<OutboxItem> left;
        lock (_gate)
        {
            if (_closed is not null)
            {
                return;
            }

            _closed = reason;
            _session = null;
            _lanes.Clear();
            left = _book.Close(reason);
        }

        foreach (var item in left)
        {
            item.Fail(reason);
        }
    }

    private void Enqueue(IReadOnlyList<OutboxItem> items)
    {
        ChatClosedException? closed;
        lock (_gate)
        {
            closed = _closed;
            foreach (var item in items)
            {
                if (item.IsAbandoned)
                {
                    _book.Forget(item);
                }
                else if (closed is null)
                {
                    _book.Enter(item);
                    _lanes.Add(item);
                }
            }
        }

        if (closed is null)
        {
            Pump();
            return;
        }

        foreach (var item in items)
        {
            item.Fail(closed);
        }
    }

    private void Pump()
    {
        while (true)
        {
            HubSession session;
            OutboxLane? lane;
            IReadOnlyList<OutboxItem> items;
            lock (_gate)
            {
                if (_session is not { IsOver: false } current || _calls >= _options.MaxInFlight || !_lanes.TryTakeReady(out lane))
                {
                    return;
                }

                session = current;
                items = lane.TakeNext(_options.MaxBatch);
                _calls++;
            }

            _ = CallAsync(session, lane, items);
        }
    }

    private async Task CallAsync(HubSession session, OutboxLane lane, IReadOnlyList<OutboxItem> items)
    {
        var outcome = await OutboxCall.InvokeAsync(session, items);
        var settlement = OutboxSettlement.Of(items, outcome, _policy, _random);
        lock (_gate)
        {
            _calls--;
            if (_closed is null)
            {
                SettleLocked(lane, settlement);
            }
            else
            {
                // Closed meanwhile, and the callers know; but what is stored need not go out again after a restart.
                ForgetDoneLocked(settlement);
            }
        }

        foreach (var (item, receipt) in settlement.Done)
        {
            item.Complete(receipt);
            _finished(receipt);
        }

        if (settlement.Wait is { SignIn: true })
        {
            _signIn();
        }

        Pump();
    }

    private void SettleLocked(OutboxLane lane, OutboxSettlement settlement)
    {
        ForgetDoneLocked(settlement);
        var again = new List<OutboxItem>(settlement.Again.Count);
        foreach (var item in settlement.Again)
        {
            if (item.IsAbandoned)
            {
                _book.Forget(item);
            }
            else
            {
                again.Add(item);
            }
        }

        lane.PutBack(again);
        _lanes.Return(lane, settlement.Wait);
    }

    private void ForgetDoneLocked(OutboxSettlement settlement)
    {
        foreach (var (item, _) in settlement.Done)
        {
            _book.Forget(item);
        }
    }

    private void EndWait(OutboxLane lane, int number)
    {
        lock (_gate)
        {
            _lanes.EndWait(lane, number);
        }

        Pump();
    }

    private void ThrowIfClosedLocked()
    {
        if (_closed is not null)
        {
            throw new ChatClosedException(_closed.Code);
        }
    }
}
