using Chat.Server.Storage.Conversations;

namespace Chat.Server.Management.Answering;

/// <summary>How much a conversation's bodies take; estimated where there are more of them than are looked at.</summary>
internal sealed record StoredSize(long Bytes, bool Estimated)
{
    /// <param name="sample">Null: it was deleted in this moment.</param>
    /// <param name="kept">Messages that the log holds.</param>
    public static StoredSize? Of(SizeSample? sample, long kept) => sample switch
    {
        null => null,
        _ when kept <= sample.Latest => new(sample.Bytes, false),
        _ => new((long)((double)sample.Bytes / sample.Latest * kept), true),
    };
}
