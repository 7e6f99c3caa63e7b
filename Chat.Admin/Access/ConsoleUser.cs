using Chat.Admin.Access.Codes;

namespace Chat.Admin.Access;

/// <param name="Version">Grows with every change that ends the sessions made before it.</param>
internal sealed record ConsoleUser(string Name, Role Role, string PasswordHash, bool Disabled, int Version, DateTimeOffset CreatedAt)
{
    /// <summary>Null while the password is enough.</summary>
    public SecondFactor? Second { get; init; }
}

/// <summary>One sign-in, until it ends. The address is masked before it is kept.</summary>
internal sealed record ConsoleSession(string Id, string User, int UserVersion, DateTimeOffset CreatedAt, string Address, string Browser)
{
    /// <summary>When somebody last did something with it; null where nobody has since it began.</summary>
    public DateTimeOffset? UsedAt { get; init; }

    /// <summary>It is neither too old nor left alone for too long.</summary>
    public bool IsAlive(DateTimeOffset now, AdminOptions limits) => now - CreatedAt < limits.SessionLifetime && now - (UsedAt ?? CreatedAt) < limits.SessionIdle;
}
