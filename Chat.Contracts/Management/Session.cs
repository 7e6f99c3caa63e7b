namespace Chat.Contracts.Management;

/// <summary>What a caller may do; each role may do what the one before may.</summary>
public static class ManagementRoles
{
    /// <summary>Sees everything but bodies, the values of settings and full addresses.</summary>
    public const string Viewer = "viewer";

    /// <summary>Acknowledges and silences alerts, disconnects, restarts and drains single workers, replays dead letters, exports.</summary>
    public const string Operator = "operator";

    /// <summary>Discards, restarts all, reveals bodies, blocks users, changes rules and settings, reads the audit log.</summary>
    public const string Admin = "admin";
}

/// <summary>Headers by which a console tells for whom it acts. Heeded only from a key with <c>Delegates</c> set; the role is never raised by them.</summary>
public static class ManagementHeaders
{
    /// <summary>The person's name, up to 100 characters; percent-encoded when it is not plain ASCII.</summary>
    public const string Actor = "X-Chat-Actor";

    /// <summary>The person's role, one of <see cref="ManagementRoles"/>.</summary>
    public const string Role = "X-Chat-Role";

    /// <summary>The person's address; stored masked.</summary>
    public const string Address = "X-Chat-Address";
}

/// <summary>Who the caller is to the server.</summary>
public sealed record WhoAmI
{
    /// <summary>The key's name, or the person's whom the console named.</summary>
    public required string Name { get; init; }

    /// <summary>One of <see cref="ManagementRoles"/>.</summary>
    public required string Role { get; init; }

    /// <summary><c>key</c>, or <c>loopback</c> where no key is configured.</summary>
    public required string Authentication { get; init; }

    /// <summary>The key whose bearer acts for somebody else; null otherwise.</summary>
    public string? Via { get; init; }

    /// <summary>Name of the environment (<c>Development</c>, <c>Production</c>).</summary>
    public string Environment { get; init; } = "";

    /// <summary>The node's name.</summary>
    public string Node { get; init; } = "";

    /// <summary>Version of the server.</summary>
    public string Version { get; init; } = "";

    /// <summary>Admins may reveal bodies, one at a time and with a reason.</summary>
    public bool BodiesRevealable { get; init; }
}
