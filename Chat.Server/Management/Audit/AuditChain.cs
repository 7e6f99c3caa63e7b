using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Chat.Contracts;
using Chat.Contracts.Management;

namespace Chat.Server.Management.Audit;

/// <summary>The end of the log, or of a part of it.</summary>
internal sealed record AuditHead(long Number, string Hash)
{
    public static AuditHead Empty { get; } = new(0, "");
}

/// <summary>Each row is hashed with the hash of the row before, so that none can be taken out or changed without a trace.</summary>
internal static class AuditChain
{
    public static AuditEntry Link(AuditHead before, AuditEntry row)
    {
        var numbered = row with { Number = before.Number + 1, Hash = "" };
        return numbered with { Hash = HashOf(before, numbered) };
    }

    public static bool Follows(AuditHead before, AuditEntry row) => row.Number == before.Number + 1 && row.Hash == HashOf(before, row with { Hash = "" });

    /// <summary>The whole log against where it is known to end.</summary>
    public static AuditVerification Verify(IEnumerable<AuditEntry?> rows, AuditHead end, CancellationToken timeUp)
    {
        var head = AuditHead.Empty;
        foreach (var row in rows)
        {
            if (row is null || !Follows(head, row))
            {
                return Broken(head, $"Row {head.Number + 1} is missing or was changed.");
            }

            head = new(row.Number, row.Hash);
            if (head.Number >= end.Number)
            {
                // What was written since the end was looked up.
                break;
            }

            if (timeUp.IsCancellationRequested)
            {
                return new() { Ok = true, Rows = head.Number, Text = $"Rows 1 to {head.Number} of {end.Number} follow from each other; the time was up." };
            }
        }

        return head == end
            ? new() { Ok = true, Rows = head.Number, Text = head.Number == 0 ? "The log is empty." : $"All {head.Number} rows follow from each other." }
            : Broken(head, $"The log ends with row {head.Number}; row {end.Number} was written.");
    }

    private static AuditVerification Broken(AuditHead head, string text) => new() { Ok = false, Rows = head.Number, BrokenAt = head.Number + 1, Text = text };

    private static string HashOf(AuditHead before, AuditEntry row)
    {
        var json = JsonSerializer.Serialize(row, ChatJson.Options);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{before.Hash}\n{json}")));
    }
}
