using System.Buffers.Binary;

namespace Chat.Bench.Wire;

/// <summary>Client-side WebSocket frames with a payload that is already encoded.</summary>
internal static class WebSocketText
{
    public const byte RecordSeparator = 0x1E;

    /// <summary>Longest header written: 2 bytes, 8 of length, 4 of mask.</summary>
    public const int MaxHeader = 14;

    private const byte FinalText = 0x81;
    private const byte FinalPong = 0x8A;
    private const byte Masked = 0x80;

    /// <summary>
    /// One final text frame. The mask is four zero bytes: allowed, undone by the server like any other, and it spares
    /// the load client the masking.
    /// </summary>
    public static byte[] Frame(ReadOnlySpan<byte> payload) => Frame(FinalText, payload, out _);

    /// <summary>The same, telling where the payload begins, for templates that are patched in place.</summary>
    public static byte[] Frame(ReadOnlySpan<byte> payload, out int payloadOffset) => Frame(FinalText, payload, out payloadOffset);

    public static byte[] Pong(ReadOnlySpan<byte> payload) => Frame(FinalPong, payload, out _);

    /// <summary>Writes the header of a text frame to the start of <paramref name="space"/> and returns its length.</summary>
    public static int WriteHeader(Span<byte> space, int payloadLength) => WriteHeader(FinalText, space, payloadLength);

    private static byte[] Frame(byte first, ReadOnlySpan<byte> payload, out int payloadOffset)
    {
        Span<byte> header = stackalloc byte[MaxHeader];
        payloadOffset = WriteHeader(first, header, payload.Length);
        var frame = new byte[payloadOffset + payload.Length];
        header[..payloadOffset].CopyTo(frame);
        payload.CopyTo(frame.AsSpan(payloadOffset));
        return frame;
    }

    private static int WriteHeader(byte first, Span<byte> space, int payloadLength)
    {
        space[..MaxHeader].Clear();
        space[0] = first;
        switch (payloadLength)
        {
            case < 126:
                space[1] = (byte)(Masked | payloadLength);
                return 6;
            case <= ushort.MaxValue:
                space[1] = Masked | 126;
                BinaryPrimitives.WriteUInt16BigEndian(space[2..], (ushort)payloadLength);
                return 8;
            default:
                space[1] = Masked | 127;
                BinaryPrimitives.WriteUInt64BigEndian(space[2..], (ulong)payloadLength);
                return 14;
        }
    }
}
