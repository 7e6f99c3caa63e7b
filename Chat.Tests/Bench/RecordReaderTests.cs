using System.Buffers.Binary;
using System.Text;
using Chat.Bench.Wire;

namespace Chat.Tests.Bench;

public class RecordReaderTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(100_000)]
    public void TryRead_BytesInPiecesOfAnySize_GivesTheSameRecords(int piece)
    {
        var large = new string('x', 70_000);
        byte[] bytes =
        [
            .. Frame(1, "{}\u001e{\"a\":1}\u001e", final: true),
            .. Frame(1, "{\"half", final: false),
            .. Frame(9, "ping", final: true),
            .. Frame(0, "\":2}\u001e", final: true),
            .. Frame(1, large + "\u001e", final: true),
            .. Frame(1, new string('y', 200) + "\u001e", final: true),
        ];

        var (records, pings) = Read(bytes, piece);

        Assert.Equal(["{}", "{\"a\":1}", "{\"half\":2}", large, new string('y', 200)], records);
        Assert.Equal(["ping"], pings);
    }

    [Fact]
    public void TryRead_CloseFrame_EndsTheReading()
    {
        var reader = new RecordReader(1024);
        byte[] bytes = [.. Frame(8, "", final: true), .. Frame(1, "{}\u001e", final: true)];
        bytes.CopyTo(reader.FreeSpace());
        reader.Advance(bytes.Length);

        Assert.False(reader.TryRead(out _));
        Assert.True(reader.Closed);
    }

    private static (List<string> Records, List<string> Pings) Read(byte[] bytes, int piece)
    {
        var reader = new RecordReader(4096);
        var (records, pings) = (new List<string>(), new List<string>());
        for (var at = 0; at < bytes.Length;)
        {
            var space = reader.FreeSpace();
            var count = Math.Min(Math.Min(piece, space.Length), bytes.Length - at);
            bytes.AsSpan(at, count).CopyTo(space.Span);
            reader.Advance(count);
            at += count;
            while (reader.TryRead(out var record))
            {
                records.Add(Encoding.UTF8.GetString(record));
            }

            if (reader.TakePing() is { } ping)
            {
                pings.Add(Encoding.UTF8.GetString(ping));
            }
        }

        return (records, pings);
    }

    /// <summary>A frame as servers send it: without a mask.</summary>
    private static byte[] Frame(int opcode, string text, bool final)
    {
        var payload = Encoding.UTF8.GetBytes(text);
        var first = (byte)(opcode | (final ? 0x80 : 0));
        switch (payload.Length)
        {
            case < 126:
                return [first, (byte)payload.Length, .. payload];
            case <= ushort.MaxValue:
                var shorter = new byte[2];
                BinaryPrimitives.WriteUInt16BigEndian(shorter, (ushort)payload.Length);
                return [first, 126, .. shorter, .. payload];
            default:
                var longer = new byte[8];
                BinaryPrimitives.WriteUInt64BigEndian(longer, (ulong)payload.Length);
                return [first, 127, .. longer, .. payload];
        }
    }
}
