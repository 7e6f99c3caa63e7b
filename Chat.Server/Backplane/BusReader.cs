using System.Text;

namespace Chat.Server.Backplane;

/// <summary>Reads what <see cref="BusWriter"/> wrote. What is no such thing throws; see <see cref="IsUnreadable"/>.</summary>
internal ref struct BusReader(ReadOnlyMemory<byte> bytes)
{
    private const int MostBits = 64;

    private ReadOnlyMemory<byte> _rest = bytes;

    public readonly bool AtEnd => _rest.IsEmpty;

    /// <summary>Whether the exception says that the bytes were not what they should be: of another release, cut, or not ours.</summary>
    public static bool IsUnreadable(Exception e) =>
        e is ArgumentOutOfRangeException or IndexOutOfRangeException or InvalidOperationException or OverflowException;

    public byte Byte()
    {
        var first = _rest.Span[0];
        _rest = _rest[1..];
        return first;
    }

    public int Number() => checked((int)Long());

    public long Long()
    {
        ulong value = 0;
        for (var shift = 0; shift < MostBits; shift += 7)
        {
            var next = Byte();
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return (long)value;
            }
        }

        throw new InvalidOperationException("A number does not end.");
    }

    public ReadOnlyMemory<byte> Bytes()
    {
        var length = Number();
        var run = _rest[..length];
        _rest = _rest[length..];
        return run;
    }

    public string Text() => Encoding.UTF8.GetString(Bytes().Span);

    public List<string> Texts()
    {
        var count = Count();
        var texts = new List<string>(count);
        for (var n = 0; n < count; n++)
        {
            texts.Add(Text());
        }

        return texts;
    }

    /// <summary>A number of things of which each takes a byte at least: a count that can't be true must not cost memory.</summary>
    public int Count()
    {
        var count = Number();
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)_rest.Length);
        return count;
    }
}
