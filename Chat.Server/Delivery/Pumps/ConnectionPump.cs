using Chat.Contracts;
using Chat.Server.Delivery.Acks;
using Chat.Server.Delivery.DeadLetters;
using Chat.Server.Delivery.Feeds;
using Chat.Server.Failpoints;
using Chat.Server.Storage.Cursors;
using Microsoft.AspNetCore.SignalR;

namespace Chat.Server.Delivery.Pumps;

/// <summary>
/// Feeds one connection. Feeds write to it directly while it keeps up; what does not fit is not queued in memory but read from the
/// log when there is room again (spill to cursor). Its loop runs only while there is something to catch up with.
/// Its lock is the innermost: nothing that takes a feed's lock is called under it.
/// </summary>
internal sealed partial class ConnectionPump
{
    private readonly Lock _lock = new();
    private readonly Queue<Subscription> _behind = new();
    private readonly Queue<Action> _orders = new();
    private readonly PumpServices _services;
    private readonly CatchUp _catchUp;
    private readonly FollowOrders _follow;
    private readonly Func<string, bool> _mayFollow;
    private bool _running;
    private bool _resendWanted;
    private volatile bool _closed;

    /// <param name="mayFollow">Whether the user has the right to a conversation that the device wants to be fed.</param>
    public ConnectionPump(HubConnectionContext connection, string user, string device, Func<string, bool> mayFollow, PumpServices services)
    {
        Connection = connection;
        User = user;
        Device = device;
        _mayFollow = mayFollow;
        _services = services;
        Window = new AckWindow(services.Options.Window, services.Time);
        Places = new Places(_lock, Window);
        Writer = new ConnectionWriter(connection, services.Options.PendingWrites, Window.Progress, services.Logger);
        _catchUp = new CatchUp(this, services);
        _follow = new FollowOrders(this, services);
        Letters = new LetterBox(this, _lock, services);
    }

    public HubConnectionContext Connection { get; }

    public string User { get; }

    public string Device { get; }

    public AckWindow Window { get; }

    public ConnectionWriter Writer { get; }

    public Places Places { get; }

    /// <summary>What the device fails at.</summary>
    public LetterBox Letters { get; }

    public bool IsClosed => _closed;

    /// <summary>There is something to do for it that is not live.</summary>
    public bool IsCatchingUp => _running;

    public bool HasLoaded => _catchUp.HasLoaded;

    /// <summary>Begins with what the device follows; returns at once.</summary>
    public void Start()
    {
        // An order may have come before, and the loop with it.
        Wake();
    }

    /// <summary>Stops and leaves all feeds.</summary>
    public void Stop()
    {
        Subscription[] left;
        lock (_lock)
        {
            _closed = true;
            left = Places.ClearUnderLock();
            Letters.EndUnderLock();
            _behind.Clear();
        }

        Window.Wake();
        foreach (var subscription in left)
        {
            _services.Feeds.Leave(subscription);
        }
    }

    /// <summary>Writes events of a live subscription. Called under the feed's lock; never waits. False: no room, let the pump do it.</summary>
    public bool TrySendLive(Subscription subscription, SerializedHubMessage frame, int count, long last)
    {
        if (_closed || !Writer.HasRoom || !Window.TryTake(count))
        {
            return false;
        }

        Places.Hand(subscription, last);
        _services.Meter.Delivered(count, live: true);
        _services.Facts.Note(FactKind.Pushed, this, subscription.Feed.Conversation, last - count + 1, last);
        Writer.Post(frame);
        return true;
    }

    /// <summary>Writes a notice if the socket keeps up; notices are not owed.</summary>
    public void TrySendNotice(SerializedHubMessage notice)
    {
        if (!_closed && Writer.HasRoom)
        {
            Writer.Post(notice);
        }
    }

    /// <summary>A subscription is no longer live: the loop reads for it. May be called under the feed's lock.</summary>
    public void FallBehind(Subscription subscription)
    {
        lock (_lock)
        {
            if (_closed)
            {
                return;
            }

            if (!subscription.Queued)
            {
                subscription.Queued = true;
                _behind.Enqueue(subscription);
            }

            RunUnderLock();
        }
    }

    /// <summary>Takes cumulative acknowledgements; those of unknown conversations and beyond what was sent are cut.</summary>
    public void Acknowledge(IReadOnlyList<AckPosition> positions, Action<Subscription, long> acknowledged)
    {
        CrashPoints.Pass(CrashPoints.BeforeAck);
        foreach (var position in positions)
        {
            if (Places.Acknowledge(position, Letters) is not { } subscription)
            {
                continue;
            }

            if (subscription.KeepsCursor)
            {
                _services.Keeper.Mark(
                    new CursorKey(User, Device, subscription.Feed.Conversation), TestSwitches.CursorTooFar ? subscription.Position : subscription.Acked);
            }

            acknowledged(subscription, subscription.Acked);
        }
    }

    /// <summary>Has the loop look around.</summary>
    public void Wake()
    {
        lock (_lock)
        {
            RunUnderLock();
        }

        Window.Wake();
    }

    /// <summary>Begins to follow a conversation that the user was just added to.</summary>
    public void Follow(string conversation, long position) => Order(() => _follow.Join(conversation, position));

    /// <summary>Follows a topic from a position.</summary>
    /// <param name="durable">Its acknowledgements move the device's cursor.</param>
    /// <param name="moves">Also when it follows the topic already.</param>
    public void Subscribe(string topic, long position, bool durable, bool moves) => Order(() => _follow.Subscribe(topic, position, durable, moves));

    /// <summary>Leaves a topic: nothing is fed from now on, a page that is being written apart.</summary>
    public void Unsubscribe(string topic)
    {
        if (Places.Find(topic) is { } subscription)
        {
            _services.Feeds.Leave(subscription);
        }

        Order(() => _follow.Leave(topic));

        // The loop may be waiting for room that nobody will make.
        Window.Wake();
    }

    /// <summary>Asks storage anew what the device follows; what it follows already goes on.</summary>
    public void Reload()
    {
        lock (_lock)
        {
            _catchUp.LoadAgain();
            RunUnderLock();
        }
    }

    /// <summary>Takes a place in the conversation's feed; not live yet.</summary>
    public Subscription? Join(string conversation, long position, bool keepsCursor = true)
    {
        var subscription = _services.Feeds.Join(conversation, this, position);
        subscription.KeepsCursor = keepsCursor;
        lock (_lock)
        {
            if (!_closed && Places.TryAddUnderLock(subscription))
            {
                subscription.Queued = true;
                _behind.Enqueue(subscription);
                RunUnderLock();
                return subscription;
            }
        }

        _services.Feeds.Leave(subscription);
        return null;
    }

    public bool Follows(string conversation) => Places.Find(conversation) is { End: long.MaxValue };

    public bool MayFollow(string conversation) => _mayFollow(conversation);

    /// <summary>Sends a notice that must not be lost: what follows makes no sense without it.</summary>
    public void Announce(Notice notice) => Writer.Post(Frames.Notice(notice));

    /// <summary>Called once a second: sends again or closes when acknowledgements stay away.</summary>
    public void CheckAcks()
    {
        lock (_lock)
        {
            Letters.CheckUnderLock(Places.AllUnderLock);
        }

        switch (Window.Judge(_services.Options))
        {
            case AckVerdict.Close when !_closed:
                Log.AckTimeout(_services.Logger, Connection.ConnectionId, Window.Unacknowledged);
                _services.Meter.SlowDisconnect();
                _ = CloseAsync(new Notice { Kind = NoticeKinds.Bye, Code = ErrorCodes.AckTimeout, Retry = true });
                break;
            case AckVerdict.Resend:
                lock (_lock)
                {
                    _resendWanted = true;
                    RunUnderLock();
                }

                // The loop may be waiting for room, which only this resend may bring.
                Window.Wake();
                break;
        }
    }

    /// <summary>Says why, waits a moment for that to leave, and closes.</summary>
    public async Task CloseAsync(Notice bye)
    {
        _closed = true;
        Window.Wake();
        try
        {
            await Connection.WriteAsync(Frames.Notice(bye)).AsTask().WaitAsync(TimeSpan.FromSeconds(1), _services.Time);
        }
        catch (Exception)
        {
            // A socket that takes nothing is the very reason for closing.
        }

        Connection.Abort();
    }

    /// <summary>Goes on behind events that are announced as missing.</summary>
    public void SkipTo(Subscription subscription, long position)
    {
        lock (_lock)
        {
            subscription.JumpTo(position);
        }
    }

    private void Order(Action order)
    {
        lock (_lock)
        {
            _orders.Enqueue(order);
            RunUnderLock();
        }
    }

    /// <summary>Starts the loop, unless it runs.</summary>
    public void RunUnderLock()
    {
        if (!_running)
        {
            _running = true;
            _ = Task.Run(RunAsync);
        }
    }

    private async Task RunAsync()
    {
        try
        {
            do
            {
                await _catchUp.LoadAsync();
            }
            while (await StepAsync());
        }
        catch (OperationCanceledException) when (_closed || Connection.ConnectionAborted.IsCancellationRequested)
        {
            // The connection went away while storage was read for it.
        }
        catch (Exception e)
        {
            Log.PumpFault(_services.Logger, Connection.ConnectionId, e);
            await CloseAsync(new Notice { Kind = NoticeKinds.Bye, Code = ErrorCodes.Internal, Retry = true });
        }
    }

    private async Task<bool> StepAsync()
    {
        if (NextTask() is not { } task)
        {
            return false;
        }

        await task();
        return true;
    }

    /// <summary>Null: nothing to do, and the loop counts as ended.</summary>
    private Func<Task>? NextTask()
    {
        lock (_lock)
        {
            if (!_closed && _resendWanted)
            {
                _resendWanted = false;
                var owing = Places.OwingUnderLock();
                return () => _catchUp.ResendAsync(owing);
            }

            if (!_closed && Letters.NextUnderLock() is { } letters)
            {
                return () => letters(_catchUp);
            }

            if (!_closed && _orders.TryDequeue(out var order))
            {
                return () =>
                {
                    order();
                    return Task.CompletedTask;
                };
            }

            if (!_closed && _behind.TryDequeue(out var subscription))
            {
                subscription.Queued = false;
                return () => _catchUp.AdvanceAsync(subscription);
            }

            _running = false;
            return null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1200, LogLevel.Information, "Connection {Connection} acknowledged nothing for too long ({Unacknowledged} events); closed, it will catch up", EventName = "AckTimeout")]
        public static partial void AckTimeout(ILogger logger, string connection, int unacknowledged);

        [LoggerMessage(1201, LogLevel.Error, "The pump of connection {Connection} met an unexpected fault; the connection is closed and will catch up", EventName = "PumpFault")]
        public static partial void PumpFault(ILogger logger, string connection, Exception exception);
    }
}
