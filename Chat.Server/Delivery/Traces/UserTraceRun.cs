namespace Chat.Server.Delivery.Traces;

/// <summary>One trace of one user in this process: the latest notes, and how many there were before them.</summary>
internal sealed class UserTraceRun(string id, string user, string by, long startedAt, TimeSpan length)
{
    internal const int MostNotes = 2_000;

    private readonly Lock _lock = new();
    private readonly Queue<TraceNote> _notes = [];
    private long _dropped;

    public string Id => id;

    public string User => user;

    public string By => by;

    /// <summary>A timestamp.</summary>
    public long StartedAt => startedAt;

    public TimeSpan Length => length;

    /// <summary>A timestamp; null while it runs.</summary>
    public long? EndedAt { get; set; }

    public ITimer? Clock { get; set; }

    public void Add(TraceNote note)
    {
        lock (_lock)
        {
            if (_notes.Count == MostNotes)
            {
                _notes.Dequeue();
                _dropped++;
            }

            _notes.Enqueue(note);
        }
    }

    /// <summary>The newest, oldest first; and how many more there were.</summary>
    public (IReadOnlyList<TraceNote> Notes, long Before) Latest(int most)
    {
        lock (_lock)
        {
            TraceNote[] latest = [.. _notes.TakeLast(most)];
            return (latest, _dropped + _notes.Count - latest.Length);
        }
    }
}
