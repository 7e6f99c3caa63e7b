using Chat.Server.Management.Callers;

namespace Chat.Server.Management.Audit;

/// <summary>What happened, before it has a place in the log.</summary>
internal sealed record AuditDraft(
    Caller Caller, string Action, string Object, string? Reason, string Result, string? Before, string? After, string CorrelationId);

internal static class AuditResults
{
    public const string Done = "done";
    public const string Refused = "refused";
    public const string Failed = "failed";
}
