namespace Chat.Admin.ServerApi;

/// <summary>Puts what only the console sees into the servers' audit log.</summary>
internal interface IAuditTrail
{
    void Record(AuditActor who, string action, string target, string result, string? reason = null);
}

/// <summary>Also somebody who could not sign in.</summary>
internal sealed record AuditActor(string Name, string Role, string Address);
