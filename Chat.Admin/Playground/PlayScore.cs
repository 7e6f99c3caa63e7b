namespace Chat.Admin.Playground;

/// <summary>What became of all that was sent, at one moment.</summary>
/// <param name="Waiting">Sent and without a receipt yet.</param>
/// <param name="OnTheWay">Stored and not with both yet.</param>
/// <param name="Lost">Stored, and somebody was given later messages without it.</param>
/// <param name="Twice">The same message twice on a connection without a mark.</param>
/// <param name="OutOfOrder">A sequence number was jumped over.</param>
/// <param name="Queued">Has a receipt that says so, and is not stored yet.</param>
internal readonly record struct PlayTotals(long Sent, long Stored, long Waiting, long Refused, long OnTheWay, long Lost, long Twice, long OutOfOrder, long Queued = 0);

/// <summary>Keeps the score of the playground. Only what is not settled yet is kept, so it may run for days.</summary>
internal sealed class PlayScore(params string[] users)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Message> _open = [];
    private readonly Dictionary<(string User, string Conversation), long> _reached = [];
    private long _sent;
    private long _stored;
    private long _refused;
    private long _twice;
    private long _outOfOrder;

    public PlayTotals Totals
    {
        get
        {
            lock (_gate)
            {
                var stored = _open.Values.Where(m => m.Seq > 0).ToList();
                var queued = _open.Values.Count(m => m is { Queued: true, Seq: 0 });
                var lost = stored.Count(m => users.Any(u => !m.Seen.Contains(u) && _reached.GetValueOrDefault((u, m.Conversation)) >= m.Seq));
                return new(_sent, _stored, _open.Count - stored.Count - queued, _refused, stored.Count - lost, lost, _twice, _outOfOrder, queued);
            }
        }
    }

    public void Sent(string id)
    {
        lock (_gate)
        {
            _sent++;
            _open[id] = new();
        }
    }

    /// <summary>There is a receipt.</summary>
    public void Stored(string conversation, string id, long seq)
    {
        lock (_gate)
        {
            if (_open.TryGetValue(id, out var message))
            {
                StoreLocked(message, conversation, seq);
                SettleLocked(id, message);
            }
        }
    }

    /// <summary>There is a receipt that promises to store it: what comes with a number then is the proof.</summary>
    public void Queued(string conversation, string id)
    {
        lock (_gate)
        {
            if (_open.TryGetValue(id, out var message))
            {
                message.Queued = true;
                if (message.SeenAs > 0)
                {
                    StoreLocked(message, conversation, message.SeenAs);
                }

                SettleLocked(id, message);
            }
        }
    }

    /// <summary>For good: the same again would be refused again.</summary>
    public void Refused(string id)
    {
        lock (_gate)
        {
            _refused++;
            _open.Remove(id);
        }
    }

    /// <param name="last">The number before it on the same connection; null when it is the first.</param>
    /// <param name="again">The server marked it as a repeat.</param>
    public void Seen(string user, string conversation, string id, long seq, long? last, bool again)
    {
        lock (_gate)
        {
            if (last is { } before && !again)
            {
                _twice += seq <= before ? 1 : 0;
                _outOfOrder += seq > before + 1 ? 1 : 0;
            }

            _reached[(user, conversation)] = Math.Max(_reached.GetValueOrDefault((user, conversation)), seq);
            if (_open.TryGetValue(id, out var message))
            {
                message.Seen.Add(user);
                message.SeenAs = seq;
                if (message is { Queued: true, Seq: 0 })
                {
                    StoreLocked(message, conversation, seq);
                }

                SettleLocked(id, message);
            }
        }
    }

    private void StoreLocked(Message message, string conversation, long seq)
    {
        _stored++;
        message.Conversation = conversation;
        message.Seq = seq;
    }

    // Events may be quicker than the receipt: both are waited for.
    private void SettleLocked(string id, Message message)
    {
        if (message.Seq > 0 && message.Seen.Count == users.Length)
        {
            _open.Remove(id);
        }
    }

    private sealed class Message
    {
        public string Conversation { get; set; } = "";

        public long Seq { get; set; }

        public long SeenAs { get; set; }

        public bool Queued { get; set; }

        public HashSet<string> Seen { get; } = [];
    }
}
