namespace Chat.Server.Backplane.Failover;

/// <summary>
/// What travels through Redis: a version, the sender, the payload. The sender is there so that a node can drop what it
/// said itself, the version so that nodes of two releases may share a Redis during a rolling update.
/// </summary>
internal static class BusFrame
{
    public const int HeaderLength = 1 + 16;

    private const byte Version = 1;

    public static byte[] Encode(Guid sender, ReadOnlySpan<byte> payload)
    {
        var frame = new byte[HeaderLength + payload.Length];
        frame[0] = Version;
        sender.TryWriteBytes(frame.AsSpan(1));
        payload.CopyTo(frame.AsSpan(HeaderLength));
        return frame;
    }

    public static bool TryDecode(ReadOnlyMemory<byte> frame, out Guid sender, out ReadOnlyMemory<byte> payload)
    {
        if (frame.Length < HeaderLength || frame.Span[0] != Version)
        {
            sender = default;
            payload = default;
            return false;
        }

        sender = new Guid(frame.Span[1..HeaderLength]);
        payload = frame[HeaderLength..];
        return true;
    }
}
