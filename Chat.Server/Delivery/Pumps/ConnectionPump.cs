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
    private readonly AckTimer _timer = new();
    private readonly PumpServices _services;
    private readonly PumpLoop _loop;
    private readonly Func<string, bool> _mayFollow;
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
        _loop = new PumpLoop(this, _lock, services);
        Orders = new FollowOrders(this, _loop, services);
        Letters = new LetterBox(this, _lock, services);
    }

    public HubConnectionContext Connection { get; }

    public string User { get; }

    public string Device { get; }

    public AckWindow Window { get; }

    public ConnectionWriter Writer { get; }

    public Places Places { get; }

    /// <summary>How it comes to follow what, and from where.</summary>
    public FollowOrders Orders { get; }

    /// <summary>What the device fails at.</summary>
    public LetterBox Letters { get; }

    public bool IsClosed => _closed;

    /// <summary>There is something to do for it that is not live.</summary>
    public bool IsCatchingUp => _loop.IsRunning;

    public bool HasLoaded => _loop.HasLoaded;

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
            _loop.EndUnderLock();
        }

        Window.Wake();
        foreach (var subscription in left)
        {
            _services.Feeds.Leave(subscription);
        }
    }

    /// <summary>Writes events of a live subscription. Called under the feed's lock; never waits. False: no room, let the pump do it.</summary>
    /// <param name="acceptedAt">The last one was accepted then; Unix milliseconds.</param>
    public bool TrySendLive(Subscription subscription, SerializedHubMessage frame, int count, long last, long acceptedAt)
    {
        if (_closed || !Writer.HasRoom || !Window.TryTake(count))
        {
            return false;
        }

        Hand(subscription, count, last, acceptedAt, live: true);
        _services.Facts.Note(FactKind.Pushed, this, subscription.Feed.Conversation, last - count + 1, last);
        Writer.Post(frame);
        return true;
    }

    /// <summary>So many events, up to this one, go to the connection now; there is room for them.</summary>
    public void Hand(Subscription subscription, int count, long last, long acceptedAt, bool live)
    {
        Places.Hand(subscription, last);
        _timer.Sending(subscription, last, acceptedAt, live);
        _services.Meter.Delivered(count, live);
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
            if (!_closed)
            {
                _loop.AddUnderLock(subscription);
            }
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

            if (_timer.Acknowledged(subscription, subscription.Acked) is var (acceptedAt, live))
            {
                _services.Meter.Acknowledged(_services.Time.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(acceptedAt), live);
            }

            acknowledged(subscription, subscription.Acked);
        }
    }

    /// <summary>Has the loop look around.</summary>
    public void Wake()
    {
        lock (_lock)
        {
            _loop.WakeUnderLock();
        }

        Window.Wake();
    }

    /// <summary>Asks storage anew what the device follows; what it follows already goes on.</summary>
    public void Reload() => _loop.LoadAgain();

    /// <summary>Takes a place in the conversation's feed; not live yet.</summary>
    public Subscription? Join(string conversation, long position, bool keepsCursor = true)
    {
        var subscription = _services.Feeds.Join(conversation, this, position);
        subscription.KeepsCursor = keepsCursor;
        lock (_lock)
        {
            if (!_closed && Places.TryAddUnderLock(subscription))
            {
                _loop.AddUnderLock(subscription);
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

        _timer.Rearm();
        switch (Window.Judge(_services.Options))
        {
            case AckVerdict.Close when !_closed:
                Log.AckTimeout(_services.Logger, Connection.ConnectionId, Window.Unacknowledged);
                _services.Meter.SlowDisconnect();
                _ = CloseAsync(new Notice { Kind = NoticeKinds.Bye, Code = ErrorCodes.AckTimeout, Retry = true });
                break;
            case AckVerdict.Resend:
                _loop.OrderResend();

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

    /// <summary>Has the loop look around.</summary>
    public void WakeUnderLock() => _loop.WakeUnderLock();

    private static partial class Log
    {
        [LoggerMessage(1200, LogLevel.Information, "Connection {Connection} acknowledged nothing for too long ({Unacknowledged} events); closed, it will catch up", EventName = "AckTimeout")]
        public static partial void AckTimeout(ILogger logger, string connection, int unacknowledged);
    }
}
