using System.Buffers;
using Chat.Server.Backplane;

namespace Chat.Server.Delivery.Locks;

/// <summary>Tells other processes that a conversation was locked or opened again; it says which, for who cannot ask the database.</summary>
internal sealed record LockRing(string Conversation, bool Locked)
{
    public const string Channel = "locks";

    public ReadOnlyMemory<byte> ToBytes()
    {
        var buffer = new ArrayBufferWriter<byte>(64);
        var writer = new BusWriter(buffer);
        writer.Byte(Locked ? (byte)1 : (byte)0);
        writer.Text(Conversation);
        return buffer.WrittenMemory;
    }

    /// <summary>Null for what this release can't read.</summary>
    public static LockRing? Read(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            var reader = new BusReader(bytes);
            var locked = reader.Byte() == 1;
            return new LockRing(reader.Text(), locked);
        }
        catch (Exception e) when (BusReader.IsUnreadable(e))
        {
            return null;
        }
    }
}
