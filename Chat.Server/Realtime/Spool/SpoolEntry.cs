using Chat.Server.Storage;
using Chat.Server.Storage.Writing;

namespace Chat.Server.Realtime.Spool;

/// <summary>A send that is spooled and not stored yet. Its content is given up as soon as it is on disk; what stays tells repeats.</summary>
internal sealed class SpoolEntry
{
    private readonly TaskCompletionSource<bool> _saved = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public SpoolEntry(Append append, long at, long ticket)
    {
        Append = append;
        Key = (append.Sender, append.Id);
        Hash = append.Hash;
        At = at;
        Watch = append.Watch;
        Record = SpoolRecord.Write(append, at, ticket);
        Size = Record.Length;
    }

    public (string Sender, string Id) Key { get; }

    public byte[] Hash { get; }

    /// <summary>When it was accepted; Unix milliseconds, UTC.</summary>
    public long At { get; }

    public int Size { get; }

    /// <summary>Follows an attempt of the writer that was under way when it was spooled; its end tells whether to store it again.</summary>
    public AppendWatch? Watch { get; }

    /// <summary>Null once it is on disk.</summary>
    public Append? Append { get; private set; }

    /// <summary>Null once it is on disk.</summary>
    public byte[]? Record { get; private set; }

    /// <summary>The writer was storing it when it was spooled, and has.</summary>
    public AppendStored? Stored => Watch?.End is { IsCompletedSuccessfully: true, Result: AppendStored stored } ? stored : null;

    /// <summary>Its file, and the place behind it there; null until it is on disk.</summary>
    public (SpoolFile File, long Next)? Place { get; set; }

    /// <summary>Not in the spool any more.</summary>
    public bool IsGone { get; set; }

    /// <summary>True: it is safe. False: it could not be written, and is not in the spool.</summary>
    public Task<bool> Saved => _saved.Task;

    /// <summary>As who is online sees it before it has a seq. Before <see cref="Finish"/> only.</summary>
    public LogEvent ToEvent() => new()
    {
        Conversation = Append!.Conversation,
        Epoch = 0,
        Seq = 0,
        Id = Append.Id,
        Type = Append.Type,
        Sender = Append.Sender,
        At = At,
        Body = Append.Body,
        Ref = Append.Ref,
        ExpiresAt = Append.ExpiresIn is { } seconds ? At + (long)(seconds * 1000) : null,
    };

    public void Finish(bool saved)
    {
        Append = null;
        Record = null;
        _saved.TrySetResult(saved);
    }
}

/// <summary>What the spool says to a send.</summary>
internal abstract record SpoolOutcome;

/// <summary>It has its place.</summary>
internal sealed record SpoolTaken(SpoolEntry Entry) : SpoolOutcome;

/// <summary>The same was taken before.</summary>
internal sealed record SpoolRepeat(SpoolEntry Entry) : SpoolOutcome;

/// <summary>The id stands for another content.</summary>
internal sealed record SpoolConflict : SpoolOutcome
{
    public static readonly SpoolConflict Instance = new();
}

/// <summary>No room.</summary>
internal sealed record SpoolFull : SpoolOutcome
{
    public static readonly SpoolFull Instance = new();
}

/// <summary>A spooled send as it was read back, and the place behind it.</summary>
internal sealed record SpoolBatchItem(Append Append, long Ticket, SpoolReader File, long Next);
