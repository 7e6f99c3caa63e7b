using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using Chat.Server.Storage.Model;
using Chat.Server.Storage.Writing;

namespace Chat.Server.Realtime.Spool;

/// <summary>
/// One send as it lies in a spool file: length, checksum, content. A record that was cut short by a crash fails the checksum, and
/// nobody has a receipt for it, because receipts go out after the sync.
/// </summary>
internal static class SpoolRecord
{
    private const int FrameSize = 2 * sizeof(uint);
    private const byte Version = 2;

    /// <summary>Longer than any body that a server accepts; what claims to be longer is no record.</summary>
    private const int MostBytes = 32 * 1024 * 1024;

    /// <param name="ticket">Its place among everything that is spooled on the node.</param>
    public static byte[] Write(Append append, long at, long ticket)
    {
        var content = new MemoryStream(256 + append.Body.Length);
        using (var writer = new BinaryWriter(content, Encoding.UTF8))
        {
            writer.Write((uint)0); // Length and checksum, when they are known.
            writer.Write((uint)0);
            writer.Write(Version);
            writer.Write(ticket);
            writer.Write((byte)append.Kind);
            writer.Write((byte)append.Policy);
            writer.Write(append.ByService);
            writer.Write(at);
            writer.Write(append.Conversation);
            writer.Write(append.Sender);
            writer.Write(append.Id);
            writer.Write(append.Type);
            writer.Write(append.Ref is not null);
            writer.Write(append.Ref ?? "");
            writer.Write(append.ExpiresIn ?? -1);
            writer.Write((byte)append.Hash.Length);
            writer.Write(append.Hash);
            writer.Write(append.Body.Length);
            writer.Write(append.Body.Span);
        }

        var record = content.ToArray();
        BinaryPrimitives.WriteUInt32LittleEndian(record, (uint)(record.Length - FrameSize));
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(sizeof(uint)), Checksum(record.AsSpan(FrameSize)));
        return record;
    }

    /// <summary>The length of the whole record at the beginning of <paramref name="source"/>; 0 when there is none, or not yet all of it.</summary>
    public static int Measure(ReadOnlySpan<byte> source)
    {
        if (source.Length < FrameSize || BinaryPrimitives.ReadUInt32LittleEndian(source) is not (var length and > 0 and <= MostBytes)
            || source.Length - FrameSize < length)
        {
            return 0;
        }

        var content = source.Slice(FrameSize, (int)length);
        return Checksum(content) == BinaryPrimitives.ReadUInt32LittleEndian(source[sizeof(uint)..]) ? FrameSize + (int)length : 0;
    }

    /// <summary>What a frame says about the length of its record, complete or not; 0 when it is no frame.</summary>
    public static int Announced(ReadOnlySpan<byte> source) =>
        source.Length >= FrameSize && BinaryPrimitives.ReadUInt32LittleEndian(source) is var length and > 0 and <= MostBytes ? FrameSize + (int)length : 0;

    /// <summary>Reads a record that <see cref="Measure"/> found whole.</summary>
    /// <exception cref="InvalidDataException">It is another version's.</exception>
    public static (Append Append, long Ticket) Read(byte[] record)
    {
        using var reader = new BinaryReader(new MemoryStream(record, FrameSize, record.Length - FrameSize), Encoding.UTF8);
        if (reader.ReadByte() is var version and not Version)
        {
            throw new InvalidDataException($"it holds a record of version {version}, and this program reads version {Version}");
        }

        var ticket = reader.ReadInt64();
        var kind = (AppendKind)reader.ReadByte();
        var policy = (ConversationPolicy)reader.ReadByte();
        var byService = reader.ReadBoolean();
        var at = reader.ReadInt64();
        var conversation = reader.ReadString();
        var sender = reader.ReadString();
        var id = reader.ReadString();
        var type = reader.ReadString();
        var hasRef = reader.ReadBoolean();
        var reference = reader.ReadString();
        var expires = reader.ReadDouble();
        var append = new Append
        {
            Kind = kind,
            Policy = policy,
            ByService = byService,
            Conversation = conversation,
            Sender = sender,
            Id = id,
            Type = type,
            Ref = hasRef ? reference : null,
            ExpiresIn = expires < 0 ? null : expires,
            AcceptedAt = at,
            Hash = reader.ReadBytes(reader.ReadByte()),
            Body = reader.ReadBytes(reader.ReadInt32()),
        };
        return (append, ticket);
    }

    private static uint Checksum(ReadOnlySpan<byte> content)
    {
        var sum = uint.MaxValue;
        for (; content.Length >= sizeof(ulong); content = content[sizeof(ulong)..])
        {
            sum = BitOperations.Crc32C(sum, BinaryPrimitives.ReadUInt64LittleEndian(content));
        }

        foreach (var b in content)
        {
            sum = BitOperations.Crc32C(sum, b);
        }

        return ~sum;
    }
}
