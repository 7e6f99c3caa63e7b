using System.Buffers.Binary;
using System.Numerics;

namespace Chat.Client.Sending;

/// <summary>What a record of the journal is about.</summary>
internal enum JournalKind : byte
{
    Added = 1,
    Finished = 2,
}

/// <summary>One record as it lies in the file: <c>length, checksum, kind, number, payload</c>.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Number">To which send.</param>
/// <param name="Payload">The send, where it was added.</param>
/// <param name="Length">Bytes in the file, all included.</param>
internal readonly record struct JournalRecord(JournalKind Kind, long Number, byte[] Payload, int Length)
{
    private const int PrefixLength = 8;
    private const int KeyLength = 9;
    private const int MostPayload = 1024 * 1024;

    public static byte[] Write(JournalKind kind, long number, byte[] payload)
    {
        var record = new byte[PrefixLength + KeyLength + payload.Length];
        var body = record.AsSpan(PrefixLength);
        body[0] = (byte)kind;
        BinaryPrimitives.WriteInt64LittleEndian(body[1..], number);
        payload.CopyTo(body[KeyLength..]);
        BinaryPrimitives.WriteInt32LittleEndian(record, body.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(4), Checksum(body));
        return record;
    }

    /// <summary>The record at the stream's position; <c>null</c> where none is whole.</summary>
    public static JournalRecord? Read(Stream from)
    {
        Span<byte> prefix = stackalloc byte[PrefixLength];
        if (from.ReadAtLeast(prefix, PrefixLength, throwOnEndOfStream: false) < PrefixLength)
        {
            return null;
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(prefix);
        if (length is < KeyLength or > KeyLength + MostPayload)
        {
            return null;
        }

        var body = new byte[length];
        if (from.ReadAtLeast(body, length, throwOnEndOfStream: false) < length
            || Checksum(body) != BinaryPrimitives.ReadUInt32LittleEndian(prefix[4..]))
        {
            return null;
        }

        return new JournalRecord(
            (JournalKind)body[0], BinaryPrimitives.ReadInt64LittleEndian(body.AsSpan(1)), body[KeyLength..], PrefixLength + length);
    }

    private static uint Checksum(ReadOnlySpan<byte> body)
    {
        var crc = ~0u;
        foreach (var value in body)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return ~crc;
    }
}
