namespace Chat.Contracts.Management;

/// <summary>One row of the audit log.</summary>
public sealed record AuditEntry
{
    /// <summary>1, 2, 3 … without a hole.</summary>
    public long Number { get; init; }

    /// <summary>When; UTC.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>Who.</summary>
    public required string Actor { get; init; }

    /// <summary>With which role.</summary>
    public required string Role { get; init; }

    /// <summary>From where, masked.</summary>
    public string Address { get; init; } = "";

    /// <summary>What: <c>worker.restart</c>, <c>message.reveal</c>, <c>alert.silence</c>, <c>signin</c> …</summary>
    public required string Action { get; init; }

    /// <summary>To what: <c>worker/w1</c>, <c>user/alice</c>.</summary>
    public string Object { get; init; } = "";

    /// <summary>Why, as the actor said.</summary>
    public string? Reason { get; init; }

    /// <summary><c>done</c>, <c>accepted</c>, <c>already</c>, <c>refused</c> or <c>failed</c>.</summary>
    public required string Result { get; init; }

    /// <summary>What it was before, where that is a number or a word; masked where it is a secret.</summary>
    public string? Before { get; init; }

    /// <summary>What it is after.</summary>
    public string? After { get; init; }

    /// <summary>The call's trace id.</summary>
    public string CorrelationId { get; init; } = "";

    /// <summary>Chains it to the row before: SHA-256 over that row's hash and this row.</summary>
    public string Hash { get; init; } = "";
}

/// <summary>Whether the log is whole.</summary>
public sealed record AuditVerification
{
    /// <summary>No row is missing or changed.</summary>
    public bool Ok { get; init; }

    /// <summary>Rows that were read.</summary>
    public long Rows { get; init; }

    /// <summary>The first row that does not follow from the one before.</summary>
    public long? BrokenAt { get; init; }

    /// <summary>One sentence.</summary>
    public string Text { get; init; } = "";
}

/// <summary>Body by which a console puts down what only it sees: sign-ins, sign-outs, refused sign-ins, changes to its users. Only from a key that delegates.</summary>
public sealed record AuditNote
{
    /// <summary><c>signin</c>, <c>signout</c>, <c>signin.refused</c>, <c>user.create</c>, <c>user.change</c>, <c>user.remove</c>, <c>export</c>.</summary>
    public string? Action { get; init; }

    /// <summary>To what; up to 200 characters.</summary>
    public string? Object { get; init; }

    /// <summary>Why; up to 500 characters.</summary>
    public string? Reason { get; init; }

    /// <summary><c>done</c>, <c>refused</c> or <c>failed</c>; absent: <c>done</c>.</summary>
    public string? Result { get; init; }

    /// <summary>What it was before; up to 200 characters, never a secret.</summary>
    public string? Before { get; init; }

    /// <summary>What it is after; up to 200 characters, never a secret.</summary>
    public string? After { get; init; }
}
