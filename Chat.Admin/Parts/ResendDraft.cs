using System.Globalization;

namespace Chat.Admin.Parts;

/// <summary>From where a member is sent everything once more, while it is being typed.</summary>
public sealed class ResendDraft(long first, long head)
{
    public string From { get; set; } = "";

    public long First => first;

    public long Head => head;

    /// <summary>Null while it is no seq that the member may see.</summary>
    public long? Seq => long.TryParse(From, NumberStyles.None, CultureInfo.InvariantCulture, out var seq) && seq >= first && seq <= head ? seq : null;

    public string? Problem() => Seq is null ? $"Type a seq from {first} to {head}." : null;
}
