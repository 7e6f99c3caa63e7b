namespace Chat.Admin.ServerApi;

/// <summary>Puts what only the console sees into the servers' audit log.</summary>
internal interface IAuditTrail
{
    void Record(AuditActor who, string action, string target, string result, string? reason = null, AuditChange? change = null);
}

/// <summary>What something was and what it is, in a word; never a secret.</summary>
internal sealed record AuditChange(string? Before, string? After);

/// <summary>Also somebody who could not sign in.</summary>
internal sealed record AuditActor(string Name, string Role, string Address);
