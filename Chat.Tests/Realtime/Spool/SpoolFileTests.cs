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
        using var file = SpoolFile.Create(NewPath);
        var sent = Some(3);
        sent[1] = new Append
        {
            Kind = AppendKind.Message, ByService = true, Policy = ConversationPolicy.Realtime, Conversation = "c", Sender = "ä", Id = "i", Type = "t", Hash = new byte[16], Ref = "", ExpiresIn = 1.5, Body = default,
        };
        Write(file, sent);

        var read = file.Read(10);

        Assert.Equal(sent.Select(Show), read.Select(r => Show(r.Append)));
        Assert.All(read, r => Assert.Equal(77, r.Append.AcceptedAt));
        Assert.True(file.IsRead);
        Assert.False(file.IsDrained);
        file.Advance(read[1].Next);
        file.Rewind();
        Assert.Equal([sent[2].Id], file.Read(10).Select(r => r.Append.Id));
    }

    [Fact]
    public void Adopt_OwnerLives_IsRefused_OwnerGone_ContinuesWhereItStood()
    {
        var path = NewPath;
        var owner = SpoolFile.Create(path);
        var sent = Some(5);
        Write(owner, sent);
        owner.Advance(owner.Read(2)[1].Next);
        Assert.Null(SpoolFile.TryAdopt(path));

        owner.Dispose();
        using var heir = SpoolFile.TryAdopt(path)!;

        Assert.Equal(0, heir.Torn);
        Assert.Equal(sent.Skip(2).Select(a => a.Id), heir.Read(10).Select(r => r.Append.Id));
    }

    /// <summary>A file that ends anywhere: what was whole is there, what was not is cut off, and nothing is invented.</summary>
    [Fact]
    public void Adopt_TailCutAnywhere_KeepsEveryWholeRecord()
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
            using var heir = SpoolFile.TryAdopt(cut)!;
            var expected = ends.Count(e => e <= length);
            Assert.Equal(sent.Take(expected).Select(Show), heir.Read(10).Select(r => Show(r.Append)));
            Assert.Equal(length - (expected == 0 ? Math.Min(length, 16) : ends[expected - 1]), length < 16 ? 0 : heir.Torn);
        }
    }

    [Fact]
    public void Adopt_AnyByteOfARecordChanged_IsNoticed()
    {
        var path = NewPath;
        using (var owner = SpoolFile.Create(path))
        {
            Write(owner, Some(2));
        }

        var whole = File.ReadAllBytes(path);
        using var good = SpoolFile.TryAdopt(path)!;
        var second = (int)good.Read(1)[0].Next;
        for (var i = second; i < whole.Length; i++)
        {
            var bad = NewPath;
            var bytes = whole.ToArray();
            bytes[i] ^= 0x10;
            File.WriteAllBytes(bad, bytes);
            using var heir = SpoolFile.TryAdopt(bad)!;
            Assert.Single(heir.Read(10));
            Assert.Equal(whole.Length - second, heir.Torn);
        }
    }

    private static void Write(SpoolFile file, IReadOnlyList<Append> appends)
    {
        file.Append([.. appends.Select(a => (ReadOnlyMemory<byte>)SpoolRecord.Write(a, 77))], () => { });
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
