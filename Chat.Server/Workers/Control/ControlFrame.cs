using System.Buffers;
using System.Buffers.Binary;

namespace Chat.Server.Workers.Control;

internal enum FrameKind : byte
{
    Message = 1,
    Relay = 2,
}

/// <summary>Length (4 bytes, the kind included), kind (1 byte), payload.</summary>
internal readonly record struct ControlFrame(FrameKind Kind, ReadOnlyMemory<byte> Payload)
{
    public const int MaxLength = 16 * 1024 * 1024;
    private const int HeaderLength = 5;

    public static ControlFrame Of(ControlMessage message) => new(FrameKind.Message, message.ToBytes());

    public void WriteTo(IBufferWriter<byte> buffer)
    {
        var header = buffer.GetSpan(HeaderLength);
        BinaryPrimitives.WriteInt32LittleEndian(header, Payload.Length + 1);
        header[4] = (byte)Kind;
        buffer.Advance(HeaderLength);
        buffer.Write(Payload.Span);
    }

    /// <summary>To read frames from, and no more: what is there is taken in one call. Disposing of the stream is its owner's affair.</summary>
    public static Stream ReadAhead(Stream stream) => new BufferedStream(stream, 64 * 1024);

    /// <summary>Null at the end of the stream.</summary>
    public static async ValueTask<ControlFrame?> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var header = new byte[HeaderLength];
        if (await stream.ReadAtLeastAsync(header, HeaderLength, throwOnEndOfStream: false, cancellationToken) < HeaderLength)
        {
            return null;
        }

        var payload = new byte[PayloadLength(header)];
        await stream.ReadExactlyAsync(payload, cancellationToken);
        return new((FrameKind)header[4], payload);
    }

    /// <summary>The blocking twin, for the worker's thread that must not need the pool.</summary>
    public static ControlFrame? Read(Stream stream)
    {
        var header = new byte[HeaderLength];
        if (stream.ReadAtLeast(header, HeaderLength, throwOnEndOfStream: false) < HeaderLength)
        {
            return null;
        }

        var payload = new byte[PayloadLength(header)];
        stream.ReadExactly(payload);
        return new((FrameKind)header[4], payload);
    }

    private static int PayloadLength(ReadOnlySpan<byte> header)
    {
        var length = BinaryPrimitives.ReadInt32LittleEndian(header) - 1;
        return length is >= 0 and <= MaxLength ? length : throw new InvalidDataException($"A control frame claims {length} bytes.");
    }
}
