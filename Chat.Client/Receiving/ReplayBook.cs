using Chat.Contracts;

namespace Chat.Client.Receiving;

/// <summary>
/// Tells the replay of a dead letter, which comes alone and moves no position, from a plain repeat of what this connection owes an acknowledgement for.
/// Guarded by its owner's lock.
/// </summary>
internal sealed class ReplayBook
{
    private const int Most = 1024;

    private readonly HashSet<long> _skipped = [];
    private readonly HashSet<long> _handled = [];
    private long _sessionFirst = long.MaxValue;

    /// <summary>The last one that came on this connection.</summary>
    public long? Last { get; private set; }

    public void BeginSession()
    {
        Last = null;
        _sessionFirst = long.MaxValue;
    }

    /// <summary>The log that they were skipped in is gone.</summary>
    public void ForgetSkipped() => _skipped.Clear();

    /// <summary>The server, or the application, goes on without this one.</summary>
    public void Skipped(long seq)
    {
        if (_skipped.Count < Most)
        {
            _skipped.Add(seq);
        }
    }

    /// <summary>It came in its turn on this connection.</summary>
    public void Sent(long seq) => _sessionFirst = Math.Min(_sessionFirst, seq);

    /// <summary>Whether it is one; asked once for each arrival.</summary>
    /// <param name="e">As it arrived.</param>
    /// <param name="seq">Its place.</param>
    /// <param name="hasPosition">Whether anything of the conversation was seen before.</param>
    public bool IsReplay(ChatEvent e, long seq, bool hasPosition) =>
        e.Attempt is not null && (_skipped.Remove(seq) || !hasPosition || seq < _sessionFirst);

    /// <summary><c>false</c>: the application has handled it before.</summary>
    public bool TryTake(long seq)
    {
        if (_handled.Contains(seq))
        {
            return false;
        }

        Last = seq;
        return true;
    }

    public void Handled(long seq)
    {
        if (_handled.Count < Most)
        {
            _handled.Add(seq);
        }
    }
}
