using Chat.Server.Storage.Model;

namespace Chat.Server.Storage.Writing;

/// <summary>What an append does beside adding a row to the log.</summary>
internal enum AppendKind : byte
{
    /// <summary>Just the row.</summary>
    Message,

    /// <summary>The row, in a topic, which begins to exist with it. Topics have no members: whether the sender may was decided before.</summary>
    Publish,

    /// <summary>The row; <see cref="Append.Ref"/> must be the sender's own living message.</summary>
    Edit,

    /// <summary>The row, and the bodies of the message and of its edits are blanked.</summary>
    Delete,

    /// <summary>The row; <see cref="Append.Ref"/> must be a living message.</summary>
    Reaction,

    /// <summary>The row, and <see cref="Append.Users"/> become members from its seq on.</summary>
    AddMembers,

    /// <summary>The row, and <see cref="Append.Users"/> are members up to its seq.</summary>
    RemoveMembers,

    /// <summary>The row, and the sender is a member up to its seq.</summary>
    Leave,
}

/// <summary>One thing to be added to a conversation's log. Already validated for form; rights are checked under the conversation's lock.</summary>
internal sealed class Append
{
    // What follows the answer (a receipt is written) runs where the answer is given: see AnswerRun.
    private readonly TaskCompletionSource<AppendOutcome> _outcome = new();
    private volatile AppendRefused? _sentBack;

    public AppendKind Kind { get; init; }
    public required string Conversation { get; init; }
    public required string Sender { get; init; }

    /// <summary>The sender is a back-end service: no member, and with an owner's rights.</summary>
    public bool ByService { get; init; }
    public required string Id { get; init; }
    public required string Type { get; init; }

    /// <summary>JSON, UTF-8; empty for no body.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>16 bytes over everything that makes two sends with one id the same or not.</summary>
    public required byte[] Hash { get; init; }
    public string? Ref { get; init; }

    /// <summary>Seconds from acceptance until the body is blanked.</summary>
    public double? ExpiresIn { get; init; }

    /// <summary>Of a topic that begins with this append.</summary>
    public ConversationPolicy Policy { get; init; }

    /// <summary>Users of a membership change.</summary>
    public IReadOnlyList<string> Users { get; init; } = [];

    /// <summary>The call that it came from, when somebody records it.</summary>
    public string? TraceParent { get; } = EventTraces.Current;

    /// <summary>When it was accepted, if that was before it came to the writer; Unix milliseconds, UTC.</summary>
    public long? AcceptedAt { get; init; }

    /// <summary>For who must know at once, and also what becomes of it after it was taken back.</summary>
    public AppendWatch? Watch { get; set; }

    /// <summary>The one before it in the same call, which it must not overtake.</summary>
    public Append? After { get; init; }

    /// <summary>When it was handed to the writer (timestamp of the writer's TimeProvider).</summary>
    public long EnqueuedAt { get; set; }

    public Task<AppendOutcome> Outcome => _outcome.Task;

    /// <summary>What the writer makes of it, also when it was taken back meanwhile.</summary>
    public Task<AppendOutcome> End => Watch?.End ?? Outcome;

    /// <summary>Answers the caller; only the first answer counts.</summary>
    public bool Complete(AppendOutcome outcome)
    {
        var first = _outcome.TrySetResult(outcome);
        Watch?.Tell(outcome);
        return first;
    }

    /// <summary>Its caller is answered by who set this, through <see cref="SendBack"/> or otherwise; what the writer says of it is not the last word.</summary>
    public bool IsForwarded { get; set; }

    /// <summary>It has its place behind all that waits for a realtime conversation, or is of that itself.</summary>
    public bool KeepsRealtimeOrder => IsForwarded || AcceptedAt is not null;

    /// <summary>What its caller is told, when that is to try again; null when it is something else or not known yet.</summary>
    public AppendRefused? SentBack =>
        _sentBack ?? (!IsForwarded && Outcome is { IsCompletedSuccessfully: true, Result: AppendRefused { IsRetryable: true } refused } ? refused : null);

    /// <summary>Its caller is going to be told this, for what comes behind it in the same call to know at once.</summary>
    public void SendBack(AppendRefused refused) => _sentBack = refused;

    /// <summary>The writer is about to store it. False: it was answered or taken back before.</summary>
    public bool TryBegin()
    {
        if (Outcome.IsCompleted)
        {
            return false;
        }

        Watch?.Begin();
        return true;
    }
}

/// <summary>What became of an append.</summary>
internal abstract record AppendOutcome;

/// <summary>In the log; committed by this append, or (<paramref name="Duplicate"/>) by an earlier one with the same id.</summary>
internal sealed record AppendStored(long Seq, long Epoch, long At, bool Duplicate) : AppendOutcome;

/// <summary>Nothing to do: the log and the members are already as asked.</summary>
internal sealed record AppendUnchanged : AppendOutcome
{
    public static readonly AppendUnchanged Instance = new();
}

/// <summary>Safe on local disk and on its way to who is online; its place in the log comes later.</summary>
internal sealed record AppendQueued(long At) : AppendOutcome;

/// <summary>Its caller took it back: the writer leaves it out, unless it is storing it already.</summary>
internal sealed record AppendWithdrawn : AppendOutcome
{
    public static readonly AppendWithdrawn Instance = new();
}

/// <summary>Not in the log, for a reason that the caller must be told.</summary>
internal sealed record AppendRefused(AppendRefusal Reason, TimeSpan? RetryAfter = null) : AppendOutcome
{
    public static readonly AppendRefused NotFound = new(AppendRefusal.NotFound);
    public static readonly AppendRefused RefNotFound = new(AppendRefusal.RefNotFound);
    public static readonly AppendRefused Forbidden = new(AppendRefusal.Forbidden);
    public static readonly AppendRefused IdConflict = new(AppendRefusal.IdConflict);
    public static readonly AppendRefused Locked = new(AppendRefusal.Locked);
    public static readonly AppendRefused LimitReached = new(AppendRefusal.LimitReached);
    public static readonly AppendRefused Invalid = new(AppendRefusal.Invalid);
    public static readonly AppendRefused Draining = new(AppendRefusal.Draining);
    public static readonly AppendRefused Internal = new(AppendRefusal.Internal);

    /// <summary>It would go before what has a receipt and is not stored yet.</summary>
    public static readonly AppendRefused Overtaking = new(AppendRefusal.Overloaded, TimeSpan.FromSeconds(1));

    /// <summary>Neither storage nor the local disk took it.</summary>
    public static readonly AppendRefused Unsaved = new(AppendRefusal.StorageUnavailable);

    /// <summary>Whether the same append may succeed later or elsewhere.</summary>
    public bool IsRetryable => Reason is AppendRefusal.Overloaded or AppendRefusal.StorageUnavailable or AppendRefusal.Draining or AppendRefusal.Internal;
}

internal enum AppendRefusal : byte
{
    /// <summary>No such conversation, or the sender is not a member of it.</summary>
    NotFound,

    /// <summary>The event that <c>ref</c> names is not there, or is gone.</summary>
    RefNotFound,

    /// <summary>A member, but not one that may do this.</summary>
    Forbidden,

    /// <summary>An operator has locked the conversation.</summary>
    Locked,

    /// <summary>The id was used for another content.</summary>
    IdConflict,

    /// <summary>The conversation would have too many members.</summary>
    LimitReached,

    /// <summary>The database refuses this value; the rest of its batch is not concerned.</summary>
    Invalid,

    /// <summary>The queue before the writer is full.</summary>
    Overloaded,

    /// <summary>Storage does not answer. What was sent may or may not be stored: the same id tells.</summary>
    StorageUnavailable,

    /// <summary>This process is shutting down and takes no more.</summary>
    Draining,

    /// <summary>A surprise; logged.</summary>
    Internal,
}
