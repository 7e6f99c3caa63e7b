using System.Buffers;

namespace Chat.Server.Workers.Control;

/// <summary>Frames that wait for the socket, gathered so that they are one write: under load a relayed event would be a system call of its own otherwise.</summary>
internal sealed class FrameBatch
{
    // As much as the kernel takes at once, more or less; a frame that is larger goes by itself.
    private const int Full = 64 * 1024;

    private readonly ArrayBufferWriter<byte> _buffer = new(Full);

    public bool HasRoom => _buffer.WrittenCount < Full;

    public ReadOnlyMemory<byte> Bytes => _buffer.WrittenMemory;

    public void Add(ControlFrame frame) => frame.WriteTo(_buffer);

    public void Clear() => _buffer.ResetWrittenCount();
}
