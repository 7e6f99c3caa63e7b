using Chat.Contracts;
using Microsoft.Extensions.Logging;

namespace Chat.Client.Connecting;

/// <summary>
/// The one place that connects: one session after the other, for ever, with full jitter between them, until the client is
/// disposed or the server says goodbye for good.
/// </summary>
internal sealed partial class ConnectionLoop(
    HubSource source, ChatClientOptions options, SessionHooks hooks, Action<ChatConnectionChange> changed, Func<double> random)
{
    private readonly ILogger _logger = options.LoggerFactory.CreateLogger<ConnectionLoop>();
    private readonly ReconnectPolicy _policy = new(new BackOff(options.BackOffBase, options.BackOffCap), options.UnauthenticatedDelay);
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private TaskCompletionSource<HubSession> _next = NewNext();
    private HubSession? _session;
    private Task? _running;
    private Task _leaving = Task.CompletedTask;
    private bool _isStopped;
    private ChatConnectionState _state = ChatConnectionState.Disconnected;

    public ChatConnectionState State
    {
        get
        {
            lock (_gate)
            {
                return _state;
            }
        }
    }

    /// <summary>The connection as it is now, if there is one.</summary>
    public HubSession? Current => Volatile.Read(ref _session) is { IsOver: false } session ? session : null;

    public void Start()
    {
        lock (_gate)
        {
            if (_isStopped)
            {
                throw new ChatClosedException(null);
            }

            _running ??= Task.Run(RunAsync, CancellationToken.None);
        }
    }

    /// <summary>The present session, or the next one; fails when the loop has ended.</summary>
    public async Task<HubSession> SessionAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task<HubSession> next;
            lock (_gate)
            {
                RenewPromiseLocked();
                next = _next.Task;
            }

            var session = await next.WaitAsync(cancellationToken);
            if (!session.IsOver)
            {
                return session;
            }
        }
    }

    /// <summary>Ends the session and the loop, and waits until both are gone.</summary>
    public async Task StopAsync()
    {
        Task? running;
        lock (_gate)
        {
            _isStopped = true;
            running = _running;
        }

        // Outside the lock: whoever waits for this continues within the call.
        await _stop.CancelAsync();
        if (running is null)
        {
            Close(null);
            return;
        }

        await running;
    }

    private async Task RunAsync()
    {
        await ConnectForEverAsync();
        await _leaving;
    }

    private async Task ConnectForEverAsync()
    {
        var count = default(FailureCount);
        Move(ChatConnectionState.Connecting);
        while (true)
        {
            var (end, lived) = await RunSessionAsync();
            var decision = _policy.Decide(end, lived >= options.StableAfter ? default : count, random());
            count = ReconnectPolicy.CountIn(end, count, lived >= options.StableAfter);
            if (decision is not ReconnectDecision.Retry retry)
            {
                Close(((ReconnectDecision.GiveUp)decision).Code);
                return;
            }

            Move(State == ChatConnectionState.Connecting ? ChatConnectionState.Connecting : ChatConnectionState.Reconnecting,
                retry.Code, retry.Exception, retry.In);
            Log.Waiting(_logger, end.GetType().Name, retry.Code, retry.Exception?.GetType().Name, retry.In.TotalSeconds);
            try
            {
                await Task.Delay(retry.In, options.TimeProvider, _stop.Token);
            }
            catch (OperationCanceledException)
            {
                Close(null);
                return;
            }
        }
    }

    private async Task<(SessionEnd End, TimeSpan Lived)> RunSessionAsync()
    {
        var session = default(HubSession);
        try
        {
            session = new HubSession(source.Create(), source.Disposes, options, hooks);
            hooks.Opening(session);
            await session.StartAsync(_stop.Token);
        }
        catch (Exception e)
        {
            SessionEnd failed = _stop.IsCancellationRequested ? new SessionEnd.Stopped() : SessionEnd.NotConnected.Of(e);
            if (session is not null)
            {
                session.End(failed);
                await session.DisposeAsync();
            }

            return (failed, TimeSpan.Zero);
        }

        var since = options.TimeProvider.GetTimestamp();
        await using (_stop.Token.UnsafeRegister(static s => ((HubSession)s!).End(new SessionEnd.Stopped()), session))
        {
            Publish(session);
            var watching = Watchdog.WatchAsync(session, options);
            var end = await session.Completion;
            await watching;
            _leaving = Task.WhenAll(_leaving, session.DisposeAsync().AsTask());
            if (end is not SessionEnd.SlotReached || !source.Disposes)
            {
                // A server that sends all its clients away is slow to say goodbye; only then the next one need not wait for that.
                await _leaving;
            }

            return (end, options.TimeProvider.GetElapsedTime(since));
        }
    }

    private void Publish(HubSession session)
    {
        lock (_gate)
        {
            _session = session;
            RenewPromiseLocked();
            _next.TrySetResult(session);
        }

        Move(ChatConnectionState.Connected);
        Log.Connected(_logger);
        hooks.Opened(session);
    }

    private void Close(string? code)
    {
        lock (_gate)
        {
            RenewPromiseLocked();
            _next.TrySetException(new ChatClosedException(code));
        }

        Log.Closed(_logger, code);
        Move(ChatConnectionState.Closed, code);
    }

    /// <summary>The server announced that it leaves; the session goes on until its slot.</summary>
    public void Drain(HubSession session, TimeSpan reconnectAfter)
    {
        session.EndAfter(reconnectAfter);
        if (ReferenceEquals(session, Current))
        {
            Move(ChatConnectionState.Draining, ErrorCodes.Draining, null, reconnectAfter);
        }
    }

    private void Move(ChatConnectionState to, string? code = null, Exception? exception = null, TimeSpan? retryIn = null)
    {
        lock (_gate)
        {
            var from = _state;
            if (from == ChatConnectionState.Closed || (from == to && retryIn is null))
            {
                return;
            }

            _state = to;

            // Inside the lock, so that changes are announced in the order in which they happened.
            changed(new ChatConnectionChange(from, to, code, exception, retryIn));
        }
    }

    // A promise kept with a session that is over by now is worth nothing: those who ask next wait for the next session.
    private void RenewPromiseLocked()
    {
        if (_next.Task is { IsCompletedSuccessfully: true, Result.IsOver: true })
        {
            _next = NewNext();
        }
    }

    private static TaskCompletionSource<HubSession> NewNext()
    {
        var next = new TaskCompletionSource<HubSession>(TaskCreationOptions.RunContinuationsAsynchronously);

        // Nobody may be waiting when the client closes.
        _ = next.Task.ContinueWith(static t => t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        return next;
    }

    private static partial class Log
    {
        [LoggerMessage(5000, LogLevel.Information, "Connected", EventName = "Connected")]
        public static partial void Connected(ILogger logger);

        [LoggerMessage(5001, LogLevel.Information, "Not connected ({End}, {Code}, {Exception}); next attempt in {Seconds:F1} s", EventName = "Waiting")]
        public static partial void Waiting(ILogger logger, string end, string? code, string? exception, double seconds);

        [LoggerMessage(5002, LogLevel.Information, "Closed ({Code})", EventName = "Closed")]
        public static partial void Closed(ILogger logger, string? code);
    }
}
