using System.Text;

namespace Chat.Tests.Support.Proxy;

/// <summary>Bytes to look for in a stream, wherever the network cut it into pieces.</summary>
internal sealed class ByteSequence
{
    private readonly byte[] _bytes;
    private readonly int[] _fallback;

    public ByteSequence(params byte[] bytes)
    {
        ArgumentOutOfRangeException.ThrowIfZero(bytes.Length);
        _bytes = bytes;
        _fallback = Fallbacks(bytes);
    }

    public ByteSequence(string text)
        : this(Encoding.UTF8.GetBytes(text))
    {
    }

    /// <summary>PostgreSQL's simple query <c>COMMIT</c>, which is how Npgsql commits.</summary>
    public static ByteSequence PostgresCommit { get; } = new([(byte)'Q', 0, 0, 0, 11, .. "COMMIT\0"u8]);

    /// <summary>PostgreSQL's "ready for query", the end of every answer.</summary>
    public static ByteSequence PostgresReady { get; } = new((byte)'Z', 0, 0, 0, 5);

    /// <summary>The state of one search through one stream.</summary>
    public Search Begin() => new(this);

    // Knuth–Morris–Pratt: how much of the sequence still stands when the byte after n matched ones differs.
    private static int[] Fallbacks(byte[] bytes)
    {
        var fallback = new int[bytes.Length];
        for (int i = 1, matched = 0; i < bytes.Length; i++)
        {
            while (matched > 0 && bytes[i] != bytes[matched])
            {
                matched = fallback[matched - 1];
            }

            fallback[i] = bytes[i] == bytes[matched] ? ++matched : matched;
        }

        return fallback;
    }

    internal sealed class Search(ByteSequence sequence)
    {
        private int _matched;

        /// <summary>True when the sequence ends within these bytes, which follow those of the call before.</summary>
        public bool Feed(ReadOnlySpan<byte> next)
        {
            var found = false;
            foreach (var value in next)
            {
                while (_matched > 0 && value != sequence._bytes[_matched])
                {
                    _matched = sequence._fallback[_matched - 1];
                }

                if (value == sequence._bytes[_matched] && ++_matched == sequence._bytes.Length)
                {
                    found = true;
                    _matched = sequence._fallback[^1];
                }
            }

            return found;
        }
    }
}
