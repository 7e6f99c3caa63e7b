using System.Buffers;
using System.Text;

namespace Chat.Server.Backplane;

/// <summary>Writes fields one behind the other: numbers in as few bytes as they need, texts and byte runs behind their length.</summary>
internal readonly ref struct BusWriter(ArrayBufferWriter<byte> buffer)
{
    public void Byte(byte value) => buffer.Write([value]);

    public void Number(int value) => Long(value);

    /// <param name="value">Not negative: a negative one would take ten bytes.</param>
    public void Long(long value)
    {
        var rest = (ulong)value;
        while (rest >= 0x80)
        {
            buffer.Write([(byte)(rest | 0x80)]);
            rest >>= 7;
        }

        buffer.Write([(byte)rest]);
    }

    public void Bytes(ReadOnlySpan<byte> bytes)
    {
        Number(bytes.Length);
        buffer.Write(bytes);
    }

    public void Text(string text)
    {
        Number(Encoding.UTF8.GetByteCount(text));
        Encoding.UTF8.GetBytes(text, buffer);
    }

    public void Texts(IReadOnlyList<string> texts)
    {
        Number(texts.Count);
        foreach (var text in texts)
        {
            Text(text);
        }
    }
}
