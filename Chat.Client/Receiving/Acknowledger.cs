using Chat.Client.Connecting;
using Chat.Contracts;

namespace Chat.Client.Receiving;

/// <summary>
/// Tells the server how far the application is: cumulative, one list for all conversations, at once when nothing waits any
/// more and otherwise after a few events or milliseconds. One sending at a time; what comes meanwhile goes with the next.
/// </summary>
internal sealed class Acknowledger : IDisposable
{
    private readonly Lock _gate = new();
    private readonly HashSet<ConversationInbox> _due = [];
    private readonly List<AckPosition> _single = [];
    private readonly TimeSpan _delay;
    private readonly int _batch;
    private readonly ITimer _timer;
    private HubSession? _session;
    private int _events;
    private bool _isTimed;
    private bool _isSending;
    private Task _sending = Task.CompletedTask;

    public Acknowledger(ChatClientOptions options)
    {
        _delay = options.AckDelay;
        _batch = options.AckBatch;
        _timer = options.TimeProvider.CreateTimer(_ => Flush(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>What the last connection did not hear, the next one asks for by sending it again.</summary>
    public void Begin(HubSession session)
    {
        lock (_gate)
        {
            _session = session;
            _due.Clear();
            _single.Clear();
            _events = 0;
        }
    }

    /// <summary>A position that says something of its own: a handled replay, or what the handlers failed at. On its way at once.</summary>
    public void Tell(AckPosition position)
    {
        lock (_gate)
        {
            _single.Add(position);
        }

        Flush();
    }

    public void Due(ConversationInbox conversation, bool isIdle)
    {
        lock (_gate)
        {
            _due.Add(conversation);
            if (!isIdle && ++_events < _batch)
            {
                if (!_isTimed)
                {
                    _isTimed = true;
                    _timer.Change(_delay, Timeout.InfiniteTimeSpan);
                }

                return;
            }
        }

        Flush();
    }

    /// <summary>Sends what is due now; completes when it is on its way.</summary>
    public Task Flush()
    {
        lock (_gate)
        {
            _isTimed = false;
            if (!_isSending)
            {
                _isSending = true;
                _sending = SendAsync();
            }

            return _sending;
        }
    }

    public void Dispose() => _timer.Dispose();

    private async Task SendAsync()
    {
        // The first step runs under the caller's lock, and sending must not.
        await Task.Yield();
        while (Take() is { } next)
        {
            await next.Session.PostAsync("Ack", next.Positions);
        }
    }

    private (HubSession Session, List<AckPosition> Positions)? Take()
    {
        lock (_gate)
        {
            var positions = new List<AckPosition>(_due.Count);
            foreach (var conversation in _due)
            {
                if (conversation.Acknowledgeable() is { } seq)
                {
                    positions.Add(new AckPosition(conversation.Conversation, seq));
                }
            }

            // Behind the others: a failure is named by what was acknowledged right before it.
            positions.AddRange(_single);
            _single.Clear();
            _due.Clear();
            _events = 0;
            _isSending = _session is { IsOver: false } && positions.Count > 0;
            return _isSending ? (_session!, positions) : null;
        }
    }
}
