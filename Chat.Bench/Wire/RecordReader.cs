using System.Buffers.Binary;

namespace Chat.Bench.Wire;

/// <summary>
/// Turns the bytes of a server's WebSocket into SignalR records (JSON up to 0x1E). Records are read in place; only one
/// that spans frames or reads is put together in a second buffer. No frame needs to be complete, so the buffer never grows.
/// </summary>
internal sealed class RecordReader(int bufferSize)
{
    private const int MinimalSpace = 512;

    private readonly byte[] _buffer = new byte[bufferSize];
    private int _start;
    private int _end;
    private long _frameLeft;
    private byte[] _partial = [];
    private int _partialLength;

    /// <summary>Payload of a ping that must be answered; cleared by <see cref="TakePing"/>.</summary>
    private byte[]? _ping;

    /// <summary>The server sent a close frame.</summary>
    public bool Closed { get; private set; }

    /// <summary>Where the next bytes go. Ends the life of the record read last.</summary>
    public Memory<byte> FreeSpace()
    {
        if (_start == _end)
        {
            _start = _end = 0;
        }
        else if (_buffer.Length - _end < MinimalSpace)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        return _buffer.AsMemory(_end);
    }

    public void Advance(int count) => _end += count;

    public byte[]? TakePing()
    {
        var ping = _ping;
        _ping = null;
        return ping;
    }

    /// <summary>The next complete record, valid until <see cref="FreeSpace"/> or the next call.</summary>
    public bool TryRead(out ReadOnlySpan<byte> record)
    {
        record = default;
        while (!Closed)
        {
            if (_frameLeft == 0)
            {
                if (!TryReadHeader())
                {
                    return false;
                }

                continue;
            }

            var available = (int)Math.Min(_frameLeft, _end - _start);
            if (available == 0)
            {
                return false;
            }

            var bytes = _buffer.AsSpan(_start, available);
            var separator = bytes.IndexOf(WebSocketText.RecordSeparator);
            if (separator < 0)
            {
                AppendPartial(bytes);
                Consume(available);
                continue;
            }

            Consume(separator + 1);
            if (_partialLength == 0)
            {
                record = bytes[..separator];
                return true;
            }

            AppendPartial(bytes[..separator]);
            record = _partial.AsSpan(0, _partialLength);
            _partialLength = 0;
            return true;
        }

        return false;
    }

    private void Consume(int count)
    {
        _start += count;
        _frameLeft -= count;
    }

    private void AppendPartial(ReadOnlySpan<byte> bytes)
    {
        if (_partial.Length - _partialLength < bytes.Length)
        {
            Array.Resize(ref _partial, Math.Max(_partialLength + bytes.Length, _partial.Length * 2));
        }

        bytes.CopyTo(_partial.AsSpan(_partialLength));
        _partialLength += bytes.Length;
    }

    private bool TryReadHeader()
    {
        var bytes = _buffer.AsSpan(_start, _end - _start);
        if (bytes.Length < 2)
        {
            return false;
        }

        var opcode = bytes[0] & 0x0F;
        long length = bytes[1] & 0x7F;
        var header = length switch { 126 => 4, 127 => 10, _ => 2 };
        if (bytes.Length < header)
        {
            return false;
        }

        length = header switch
        {
            4 => BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]),
            10 => (long)BinaryPrimitives.ReadUInt64BigEndian(bytes[2..]),
            _ => length,
        };
        if (opcode < 8)
        {
            _start += header;
            _frameLeft = length;
            return true;
        }

        // Control frames are at most 125 bytes: wait for all of it.
        if (bytes.Length < header + length)
        {
            return false;
        }

        switch (opcode)
        {
            case 8:
                Closed = true;
                break;
            case 9:
                _ping = bytes.Slice(header, (int)length).ToArray();
                break;
        }

        _start += header + (int)length;
        return true;
    }
}
