using System.Text.Json;
using Chat.Contracts;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;

namespace Chat.Client.Connecting;

/// <summary>What the rest of the client does with a connection; the calls of one session come one after the other.</summary>
internal sealed record SessionHooks(
    Action<HubSession> Opening,
    Action<HubSession> Opened,
    Action<HubSession, IReadOnlyList<ChatEvent>> Events,
    Action<HubSession, Notice> Notice);

/// <summary>The call found no connection or lost it: whether it took effect is unknown, and the same id may be sent again on the next one.</summary>
internal sealed class SessionLostException(Exception? inner = null) : IOException("The connection was lost.", inner);

/// <summary>One life of a hub connection, from the attempt to its end. It ends once, with the first reason given.</summary>
internal sealed class HubSession : IAsyncDisposable
{
    private readonly HubConnection _hub;
    private readonly bool _disposeHub;
    private readonly ChatClientOptions _options;
    private readonly TaskCompletionSource<SessionEnd> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _ended = new();
    private readonly IDisposable[] _handlers;
    private long _lastHeard;
    private ITimer? _slot;

    public HubSession(HubConnection hub, bool disposeHub, ChatClientOptions options, SessionHooks hooks)
    {
        _hub = hub;
        _disposeHub = disposeHub;
        _options = options;
        _lastHeard = options.TimeProvider.GetTimestamp();
        _handlers =
        [
            hub.On<ChatEvent[]>(ChatHubContract.EventsMethod, events =>
            {
                Hear();
                hooks.Events(this, events);
            }),
            hub.On<Notice>(ChatHubContract.NoticeMethod, notice =>
            {
                Hear();
                hooks.Notice(this, notice);
            }),
        ];
        hub.Closed += OnLost;

        // A caller's connection may reconnect by itself. It would do so without what this client knows (slots, retryAfter), so
        // its first try ends the session, and the client's own loop goes on.
        hub.Reconnecting += OnLost;
    }

    /// <summary>Completes with the reason when the session is over.</summary>
    public Task<SessionEnd> Completion => _end.Task;

    /// <summary>Cancelled when the session is over.</summary>
    public CancellationToken Ended => _ended.Token;

    public bool IsOver => _end.Task.IsCompleted;

    public TimeSpan SilentFor => _options.TimeProvider.GetElapsedTime(Volatile.Read(ref _lastHeard));

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (_hub.State != HubConnectionState.Disconnected)
        {
            await _hub.StopAsync(cancellationToken).WaitAsync(_options.CloseTimeout, _options.TimeProvider, cancellationToken);
        }

        using var timeout = new CancellationTokenSource(_options.ConnectTimeout, _options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await _hub.StartAsync(either.Token).WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"No connection within {_options.ConnectTimeout.TotalSeconds:0.#} s.");
        }
    }

    public void End(SessionEnd reason)
    {
        if (_end.TrySetResult(reason))
        {
            _ended.Cancel();
        }
    }

    /// <summary>The server leaves: move when the time that it gave this client has come.</summary>
    public void EndAfter(TimeSpan delay)
        => _slot ??= _options.TimeProvider.CreateTimer(_ => End(new SessionEnd.SlotReached()), null, delay, Timeout.InfiniteTimeSpan);

    public async Task<TResult> InvokeAsync<TResult>(string method, object argument, CancellationToken cancellationToken = default)
    {
        if (IsOver)
        {
            throw new SessionLostException();
        }

        using var both = cancellationToken.CanBeCanceled ? CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, Ended) : null;
        var call = _hub.InvokeCoreAsync<TResult>(method, [argument], CancellationToken.None);
        try
        {
            var result = await call.WaitAsync(_options.CallTimeout, _options.TimeProvider, both?.Token ?? Ended);
            Hear();
            return result;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (HubException e) when (!IsOver && !SaysClosed(e))
        {
            throw;
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            // The argument cannot be written: this call's fault, not the connection's.
            throw new HubException($"'{method}' cannot be written as JSON.", e);
        }
        catch (Exception e)
        {
            // A connection on which a call got lost is of no more use, also where it believes to be alive: without its end the caller
            // would wait for a next session that never comes.
            End(e is TimeoutException ? new SessionEnd.Stuck() : new SessionEnd.Lost(e));
            throw new SessionLostException(e);
        }
        finally
        {
            if (!call.IsCompleted)
            {
                _ = call.ContinueWith(static late => late.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            }
        }
    }

    /// <summary>Sends without waiting for an answer; what cannot be sent is dropped with the connection.</summary>
    public async Task PostAsync(string method, object argument)
    {
        if (IsOver)
        {
            return;
        }

        try
        {
            await _hub.SendCoreAsync(method, [argument], Ended);
        }
        catch (Exception e)
        {
            // Only what may get lost is posted: acknowledgements (the server sends again) and typing.
            End(new SessionEnd.Lost(e));
        }
    }

    /// <summary>Closes the connection within the close time-out, and otherwise leaves it to end by itself.</summary>
    public async ValueTask DisposeAsync()
    {
        End(new SessionEnd.Stopped());
        if (_slot is not null)
        {
            await _slot.DisposeAsync();
        }

        _hub.Closed -= OnLost;
        _hub.Reconnecting -= OnLost;
        foreach (var handler in _handlers)
        {
            handler.Dispose();
        }

        var closing = CloseAsync();
        try
        {
            // Twice: the transport's own close has the same limit, and its abort should have its turn first.
            await closing.WaitAsync(_options.CloseTimeout * 2, _options.TimeProvider);
        }
        catch (TimeoutException)
        {
            // A stuck connection cannot be closed; the next one does not wait for it.
        }
    }

    private async Task CloseAsync()
    {
        try
        {
            await (_disposeHub ? _hub.DisposeAsync().AsTask() : _hub.StopAsync(CancellationToken.None));
        }
        catch (Exception)
        {
            // It ends anyway; why it could not end well was logged by SignalR.
        }
    }

    private Task OnLost(Exception? exception)
    {
        End(new SessionEnd.Lost(exception));
        return Task.CompletedTask;
    }

    private void Hear() => Volatile.Write(ref _lastHeard, _options.TimeProvider.GetTimestamp());

    // A close with an error arrives at pending calls as the same exception type as a refusal by a hub method; only the text tells them apart.
    private static bool SaysClosed(HubException exception)
        => exception.Message.StartsWith("The server closed the connection", StringComparison.Ordinal);
}
