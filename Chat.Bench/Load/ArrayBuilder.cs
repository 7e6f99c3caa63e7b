using System.Buffers.Text;

namespace Chat.Bench.Load;

/// <summary>Puts bytes together on the stack, and on the heap when they do not fit.</summary>
internal ref struct ArrayBuilder(Span<byte> space)
{
    private Span<byte> _space = space;
    private int _length;

    public readonly ReadOnlySpan<byte> Written => _space[.._length];

    public void Add(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(_space[_length..]);
        _length += bytes.Length;
    }

    public void Add(long number)
    {
        const int longest = 20;
        Reserve(longest);
        Utf8Formatter.TryFormat(number, _space[_length..], out var written);
        _length += written;
    }

    private void Reserve(int count)
    {
        if (_space.Length - _length >= count)
        {
            return;
        }

        var larger = new byte[Math.Max(_space.Length * 2, _length + count)];
        Written.CopyTo(larger);
        _space = larger;
    }
}
