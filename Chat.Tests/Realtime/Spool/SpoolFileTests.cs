using Chat.Server.Realtime.Spool;
using Chat.Server.Storage.Model;
using Chat.Server.Storage.Writing;
using Chat.Tests.Support;

namespace Chat.Tests.Realtime.Spool;

public sealed class SpoolFileTests
{
    private readonly string _folder = TestRun.NewFolder("spool");

    private string NewPath => Path.Combine(_folder, $"{Guid.NewGuid():n}.spool");

    [Fact]
    public void Records_WrittenAndReadBack_AreTheSame()
    {
        var path = NewPath;
        using var file = SpoolFile.Create(path);
        var sent = Some(3);
        sent[1] = new Append
        {
            Kind = AppendKind.Message, ByService = true, Policy = ConversationPolicy.Realtime, Conversation = "c", Sender = "ä", Id = "i", Type = "t", Hash = new byte[16], Ref = "", ExpiresIn = 1.5, Body = default,
        };
        Write(file, sent);

        using var reader = Open(path);
        var read = ReadAll(reader);

        Assert.Equal(sent.Select(Show), read.Select(r => Show(r.Append)));
        Assert.All(read, r => Assert.Equal((77L, 5L), (r.Append.AcceptedAt, r.Ticket)));
        Assert.False(reader.IsDrained);
        reader.Advance(read[1].Next);
        Assert.Equal(read[1].Next, file.Drained);
        reader.Rewind();
        Assert.Equal([sent[2].Id], ReadAll(reader).Select(r => r.Append.Id));
    }

    [Fact]
    public void Read_OwnerLives_IsWhatItPublished_OwnerGone_ContinuesWhereItStood()
    {
        var path = NewPath;
        var owner = SpoolFile.Create(path);
        var sent = Some(5);
        Write(owner, sent[..4]);
        owner.Append([SpoolRecord.Write(sent[4], 77, 5)], () => { });
        using (var guest = Open(path))
        {
            Assert.False(guest.IsLeft);
            var read = ReadAll(guest);
            Assert.Equal(4, read.Count);
            guest.Advance(read[1].Next);
        }

        owner.Dispose();
        using var heir = Open(path);

        Assert.True(heir.IsLeft);
        Assert.Equal(0, heir.Torn);
        Assert.Equal(sent.Skip(2).Select(a => a.Id), ReadAll(heir).Select(r => r.Append.Id));
    }

    /// <summary>A file that ends anywhere: what was whole is there, what was not is cut off, and nothing is invented.</summary>
    [Fact]
    public void Left_TailCutAnywhere_KeepsEveryWholeRecord()
    {
        var path = NewPath;
        var ends = new List<long>();
        var sent = Some(4);
        using (var owner = SpoolFile.Create(path))
        {
            foreach (var append in sent)
            {
                Write(owner, [append]);
                ends.Add(owner.End);
            }
        }

        var whole = File.ReadAllBytes(path);
        for (var length = 0; length <= whole.Length; length++)
        {
            var cut = NewPath;
            File.WriteAllBytes(cut, whole[..length]);
            using var heir = Open(cut);
            var expected = ends.Count(e => e <= length);
            Assert.Equal(sent.Take(expected).Select(Show), ReadAll(heir).Select(r => Show(r.Append)));
            Assert.Equal(length < SpoolLayout.HeadSize ? length : length - (expected == 0 ? SpoolLayout.HeadSize : ends[expected - 1]), heir.Torn);
        }
    }

    [Fact]
    public void Left_AnyByteOfARecordChanged_IsNoticed()
    {
        var path = NewPath;
        using (var owner = SpoolFile.Create(path))
        {
            Write(owner, Some(2));
        }

        var whole = File.ReadAllBytes(path);
        using var good = Open(path);
        var second = (int)good.Take().Next;
        for (var i = second; i < whole.Length; i++)
        {
            var bad = NewPath;
            var bytes = whole.ToArray();
            bytes[i] ^= 0x10;
            File.WriteAllBytes(bad, bytes);
            using var heir = Open(bad);
            Assert.Single(ReadAll(heir));
            Assert.Equal(whole.Length - second, heir.Torn);
        }
    }

    private static SpoolReader Open(string path)
    {
        var reader = SpoolReader.TryOpen(path)!;
        reader.Begin();
        return reader;
    }

    private static List<SpoolBatchItem> ReadAll(SpoolReader reader)
    {
        var found = new List<SpoolBatchItem>();
        while (reader.Peek() is not null)
        {
            found.Add(reader.Take());
        }

        return found;
    }

    private static void Write(SpoolFile file, IReadOnlyList<Append> appends)
    {
        file.Append([.. appends.Select(a => (ReadOnlyMemory<byte>)SpoolRecord.Write(a, 77, 5))], () => { });
        file.Publish();
    }

    private static Append[] Some(int count) =>
    [
        .. Enumerable.Range(0, count).Select(i => new Append
        {
            Kind = AppendKind.Message,
            Conversation = "c_1",
            Sender = "alice",
            Id = $"m{i}",
            Type = "text",
            Hash = [.. Enumerable.Range(i, 16).Select(n => (byte)n)],
            Body = "{\"n\":1}"u8.ToArray(),
        }),
    ];

    private static string Show(Append a) =>
        $"{a.Kind}|{a.Policy}|{a.ByService}|{a.Conversation}|{a.Sender}|{a.Id}|{a.Type}|{a.Ref ?? "null"}|{a.ExpiresIn}|{Convert.ToHexString(a.Hash)}|{Convert.ToHexString(a.Body.Span)}";
}
