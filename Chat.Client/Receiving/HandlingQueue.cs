using System.Diagnostics.CodeAnalysis;
using Chat.Contracts;

namespace Chat.Client.Receiving;

/// <summary>How a failed handler leaves the queue.</summary>
internal enum AfterFailure
{
    /// <summary>The event stays in front, and everything behind it waits for the server to send it again.</summary>
    Blocked,

    /// <summary>It came again meanwhile: once more at once.</summary>
    Again,

    /// <summary>Nobody will send it again: it is out of the queue.</summary>
    Dropped,
}

/// <summary>One conversation's entries in the order of the application, of which one at a time is handled. Guarded by its owner's lock.</summary>
internal sealed class HandlingQueue(InboxLoad load)
{
    private readonly Queue<InboxEntry> _entries = new();
    private bool _isRunning;
    private bool _isBlocked;

    public bool HasRoom => load.HasRoomFor(_entries.Count);

    public void Enqueue(InboxEntry entry)
    {
        _entries.Enqueue(entry);
        load.Up();
    }

    public void Dequeue()
    {
        _entries.Dequeue();
        load.Down();
    }

    public bool TryStart()
    {
        if (_isRunning || _isBlocked || _entries.Count == 0)
        {
            return false;
        }

        _isRunning = true;
        return true;
    }

    /// <summary>The entry to handle now; without one the run is over.</summary>
    public InboxEntry? Next()
    {
        if (!_isBlocked && _entries.TryPeek(out var front))
        {
            return front;
        }

        _isRunning = false;
        return null;
    }

    public void Pause() => _isRunning = false;

    public AfterFailure Fail(InboxEntry front, bool willComeAgain)
    {
        if (!willComeAgain || front.IsGivenUp)
        {
            Dequeue();
            return AfterFailure.Dropped;
        }

        if (front.CameAgain)
        {
            front.CameAgain = false;
            return AfterFailure.Again;
        }

        _isBlocked = true;
        return AfterFailure.Blocked;
    }

    /// <summary>The server sent it again; <c>true</c>: the queue may go on.</summary>
    public bool ComesAgain(long seq, int generation, ChatEvent again)
    {
        if (!IsFront(seq, generation, out var front))
        {
            return false;
        }

        if (!_isBlocked)
        {
            front.CameAgain = _isRunning;
            return false;
        }

        front.Event = again;
        _isBlocked = false;
        return true;
    }

    /// <summary>The server gave it up. <c>true</c>: it failed here too, and the queue goes on without it.</summary>
    public bool GiveUp(long seq, int generation)
    {
        if (!IsFront(seq, generation, out var front))
        {
            return false;
        }

        if (!_isBlocked)
        {
            front.IsGivenUp = _isRunning;
            return false;
        }

        front.Event = null;
        _isBlocked = false;
        return true;
    }

    /// <summary>What waits for another delivery waits in vain: the log that it came from is gone.</summary>
    public void Unblock()
    {
        if (_isBlocked)
        {
            _isBlocked = false;
            Dequeue();
        }
    }

    private bool IsFront(long seq, int generation, [NotNullWhen(true)] out InboxEntry? front)
        => _entries.TryPeek(out front) && front.To == seq && front.Generation == generation;
}
