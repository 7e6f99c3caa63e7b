using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Chat.Server.Realtime.Spool;

/// <summary>
/// The head of a spool file: what it is, how far it is stored (written by whoever drains), how far it may be read while its owner lives
/// (written by the owner). Behind it come records.
/// </summary>
internal static class SpoolLayout
{
    public const int HeadSize = 24;

    /// <summary>May lag behind what is stored: what is stored again under the same id is found to be there.</summary>
    public const int DrainedAt = 8;

    public const int PublishedAt = 16;

    /// <summary>Counted up when head or records change in a way that an older program would misread.</summary>
    public const byte Format = 2;

    private const ulong Name = 0x31_4C_4F_4F_50_53_43_00;
    private const ulong Magic = Name | Format;

    public static void WriteHead(SafeFileHandle file)
    {
        Span<byte> head = stackalloc byte[HeadSize];
        BinaryPrimitives.WriteUInt64LittleEndian(head, Magic);
        BinaryPrimitives.WriteInt64LittleEndian(head[DrainedAt..], HeadSize);
        BinaryPrimitives.WriteInt64LittleEndian(head[PublishedAt..], HeadSize);
        RandomAccess.Write(file, head, 0);
    }

    /// <summary>False: the power went while it was made, and nobody has a receipt for anything in it.</summary>
    /// <exception cref="InvalidDataException">It is of another format, or another program's; the message says which.</exception>
    public static bool HasHead(SafeFileHandle file)
    {
        Span<byte> head = stackalloc byte[HeadSize];
        return RandomAccess.Read(file, head, 0) == HeadSize && BinaryPrimitives.ReadUInt64LittleEndian(head) switch
        {
            Magic => true,
            0 => false,
            var other when (other & ~0xFFUL) == Name => throw new InvalidDataException($"it is of format {other & 0xFF}, and this program reads format {Format}"),
            _ => throw new InvalidDataException("it does not begin as a file of the spool does"),
        };
    }

    public static long ReadPosition(SafeFileHandle file, int at)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        return RandomAccess.Read(file, bytes, at) == sizeof(long) ? BinaryPrimitives.ReadInt64LittleEndian(bytes) : HeadSize;
    }

    public static void WritePosition(SafeFileHandle file, int at, long position)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, position);
        RandomAccess.Write(file, bytes, at);
    }
}
