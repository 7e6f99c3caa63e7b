using Chat.Server.Realtime;
using Chat.Server.Realtime.Spool;
using Chat.Server.Storage.Writing;
using Chat.Tests.Backplane;
using Chat.Tests.Support;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Chat.Tests.Realtime.Spool;

/// <summary>Several processes and one folder: who may drain, in which order, and when there is nothing left.</summary>
public sealed class SpoolTurnTests
{
    private readonly string _path = TestRun.NewFolder("spool");
    private readonly ManualTimeProvider _stopped = new();

    /// <summary>No time passes here: what counts is that it was published, not that somebody had time to look.</summary>
    [Fact]
    public void Clear_OnceAnotherPublishes_IsNotSaidBeforeAllIsStored()
    {
        var (mine, other) = (NewFolder(), NewFolder());
        using var file = other.Create();
        Assert.True(mine.Board.IsClear);

        Publish(other, file, 1);

        Assert.False(mine.Board.IsClear);
        using var turn = mine.TryTakeTurn()!;
        var items = turn.Read(10);
        Assert.False(mine.Board.IsClear);
        turn.Advance(items, 1);
        Assert.False(mine.Board.IsClear);
        Assert.Empty(turn.Read(10));
        Assert.True(other.Board.IsClear);
        Publish(other, file, 2);
        Assert.False(mine.Board.IsClear);
    }

    [Fact]
    public void Read_SenderWhoChangesBetweenTheLivingAndTheDead_IsInTheOrderOfTheSends()
    {
        var folders = new[] { NewFolder(), NewFolder(), NewFolder() };
        var files = folders.Select(f => f.Create()).ToArray();
        for (var n = 1; n <= 9; n++)
        {
            Publish(folders[n % 3], files[n % 3], n);
        }

        files[1].Dispose();
        using var turn = NewFolder().TryTakeTurn()!;
        var stored = new List<string>();
        while (turn.Read(2) is { Count: > 0 } items)
        {
            // One of two failed: it comes again, and nothing before it.
            turn.Advance(items, 1);
            stored.Add(items[0].Append.Id);
        }

        Assert.Equal(Enumerable.Range(1, 9).Select(n => $"m{n}"), stored);

        // Those of the living are theirs to delete.
        Assert.Equal(2, Directory.GetFiles(_path, "*.spool").Length);
    }

    /// <summary>She sends to a worker whose file was looked at already, has her receipt, and sends to one whose file is looked at next.</summary>
    [Fact]
    public void Read_SenderWhoChangesAmidstTheLook_IsNotGivenTheLaterWithoutTheEarlier()
    {
        var owners = Enumerable.Range(0, 2).Select(_ => NewFolder()).ToDictionary(f => f, f => f.Create());
        var looked = new List<string>();
        void Looking(string path)
        {
            looked.Add(path);
            if (looked.Count == 2)
            {
                var (first, second) = OwnersOf(looked);
                Publish(first, owners[first], 1);
                Publish(second, owners[second], 2);
            }
        }

        using var turn = NewFolder().TryTakeTurn(Looking)!;
        Assert.Empty(turn.Read(10));
        Assert.Equal(2, looked.Count);
        Assert.False(NewFolder().Board.IsClear);

        Assert.Equal(["m1", "m2"], turn.Read(10).Select(i => i.Append.Id));

        (SpoolFolder First, SpoolFolder Second) OwnersOf(List<string> paths)
        {
            var first = owners.Single(o => o.Value.Path == paths[0]).Key;
            return (first, owners.Keys.Single(f => f != first));
        }
    }

    [Fact]
    public void Turn_IsOnesAtATime_AndEndsWithItsHolder()
    {
        var (mine, other) = (NewFolder(), NewFolder());
        var turn = mine.TryTakeTurn();

        Assert.Null(other.TryTakeTurn());
        turn!.Dispose();
        using var next = other.TryTakeTurn();
        Assert.NotNull(next);
    }

    [Fact]
    public void Tickets_GoUpwards_WhoeverTakesThemAndWhateverTheClockDoes()
    {
        var (mine, other) = (NewFolder().Board, NewFolder().Board);
        var now = DateTimeOffset.UnixEpoch.AddYears(60);

        var tickets = new[] { mine.NextTicket(now), other.NextTicket(now), mine.NextTicket(now.AddHours(-1)), other.NextTicket(now.AddSeconds(1)) };

        Assert.Equal(tickets.Order().Distinct(), tickets);
        Assert.Equal(now.AddSeconds(1).UtcTicks, mine.LastTicket);
    }

    [Fact]
    public void Read_FileOfAnUnknownKind_IsKeptUnderAnotherNameAndHoldsUpNobody()
    {
        var folder = NewFolder();
        folder.Make();
        File.WriteAllText(folder.PathOf("old.spool"), "what a program of the future wrote here");
        using var file = folder.Create();
        Publish(folder, file, 1);
        using var turn = folder.TryTakeTurn()!;

        Assert.Equal("m1", Assert.Single(turn.Read(10)).Append.Id);
        Assert.True(File.Exists(folder.PathOf("old.unreadable")));
    }

    /// <summary>What was published was confirmed: a byte that fell over in the middle must not take what lies behind it along.</summary>
    [Fact]
    public void Read_FileDamagedInTheMiddle_GivesWhatIsBefore_AndKeepsTheFileForWhoCanReadTheRest()
    {
        var folder = NewFolder();
        var file = folder.Create();
        var ends = new List<long>();
        for (var n = 1; n <= 5; n++)
        {
            Publish(folder, file, n);
            ends.Add(file.End);
        }

        file.Dispose();
        Flip(file.Path, ends[1] + 20);
        var log = new RecordedLog();
        using (var turn = NewFolder(log).TryTakeTurn()!)
        {
            var items = turn.Read(10);
            Assert.Equal(["m1", "m2"], items.Select(i => i.Append.Id));
            turn.Advance(items, items.Count);
            Assert.Empty(turn.Read(10));
        }

        Assert.True(folder.Board.IsClear);
        var kept = Assert.Single(Directory.GetFiles(_path, "*.unreadable"));
        Assert.Contains($"from byte {ends[1]} on", Assert.Single(log.Lines, l => l.Level == LogLevel.Error).Text, StringComparison.Ordinal);
        Assert.Equal(["m1", "m2", "", "m4", "m5"], SpoolSalvage.Read(kept).Select(s => s.Append?.Id ?? ""));
    }

    [Fact]
    public void Read_OfAnotherFormat_SaysWhichItIs()
    {
        var folder = NewFolder();
        var file = folder.Create();
        file.Dispose();
        Flip(file.Path, 0, by: 0x07);
        var log = new RecordedLog();
        using var turn = NewFolder(log).TryTakeTurn()!;

        Assert.Empty(turn.Read(10));
        Assert.Contains("it is of format 5, and this program reads format 2", Assert.Single(log.Lines).Text, StringComparison.Ordinal);
    }

    /// <summary>The board is memory: a loss of power may take it and leave the files. What is in them must not wait for somebody to send.</summary>
    [Fact]
    public void Read_BoardLostWithThePower_GoesOnByItself_AndTicketsGoOnUpwards()
    {
        var folder = NewFolder();
        var file = folder.Create();
        Publish(folder, file, 1);
        var before = folder.Board.LastTicket;
        file.Dispose();
        File.Delete(folder.PathOf("board"));

        var after = NewFolder();
        using var turn = after.TryTakeTurn()!;
        Assert.Empty(turn.Read(10));
        Assert.Equal("m1", Assert.Single(turn.Read(10)).Append.Id);
        Assert.True(after.Board.NextTicket(DateTimeOffset.UnixEpoch) > before);
    }

    /// <summary>
    /// A sender who waits for each receipt and then goes to another process, which may die, while others drain and die, too. The order of what
    /// they store is that of his sends, and nobody finds the folder clear before.
    /// </summary>
    [Fact]
    public async Task Read_WhileProcessesComeAndGo_NeverGivesTheLaterBeforeTheEarlier()
    {
        const int Sends = 120;
        var stored = new List<string>();
        var sent = 0;
        var wrong = 0;
        var sending = Task.Run(() =>
        {
            var folders = Enumerable.Range(0, 4).Select(_ => NewFolder()).ToArray();
            var files = new SpoolFile?[folders.Length];
            for (var n = 1; n <= Sends; n++)
            {
                var at = n * 7 % folders.Length;
                Publish(folders[at], files[at] ??= folders[at].Create(), n);
                Volatile.Write(ref sent, n);
                if (n % 5 == 0)
                {
                    files[at]!.Dispose();
                    files[at] = null;
                }
            }

            foreach (var file in files)
            {
                file?.Dispose();
            }
        });
        var draining = Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
        {
            var folder = NewFolder();
            while (!sending.IsCompleted || !folder.Board.IsClear)
            {
                var before = Volatile.Read(ref sent);
                if (folder.Board.IsClear && CountOf(stored) < before)
                {
                    Interlocked.Increment(ref wrong);
                }

                using var turn = folder.TryTakeTurn();
                if (turn?.Read(3) is { Count: > 0 } items)
                {
                    lock (stored)
                    {
                        stored.AddRange(items.Select(i => i.Append.Id).Where(id => !stored.Contains(id)));
                    }

                    // As if it died after storing three and saying so of two.
                    turn.Advance(items, Math.Min(2, items.Count));
                }
            }
        }));

        await Task.WhenAll([sending, .. draining]);

        Assert.Equal(Enumerable.Range(1, Sends).Select(n => $"m{n}"), stored);
        Assert.Equal(0, wrong);
        using (var last = NewFolder().TryTakeTurn())
        {
            Assert.Empty(last!.Read(3));
        }

        Assert.Empty(Directory.GetFiles(_path, "*.spool"));
    }

    private static int CountOf(List<string> stored)
    {
        lock (stored)
        {
            return stored.Count;
        }
    }

    private void Publish(SpoolFolder folder, SpoolFile file, int number)
    {
        var append = new Append
        {
            Kind = AppendKind.Message, Conversation = "c", Sender = "alice", Id = $"m{number}", Type = "text", Hash = new byte[16], Body = "1"u8.ToArray(),
        };
        file.Append([SpoolRecord.Write(append, 1, folder.Board.NextTicket(_stopped.GetUtcNow()))], () => { });
        file.Publish();
        folder.Board.MarkPublished();
    }

    private static void Flip(string path, long at, byte by = 0x10)
    {
        var bytes = File.ReadAllBytes(path);
        bytes[at] ^= by;
        File.WriteAllBytes(path, bytes);
    }

    private SpoolFolder NewFolder(RecordedLog? log = null) => new(
        Options.Create(new RealtimeOptions { SpoolFolder = _path }),
        _stopped,
        log is null ? NullLogger<SpoolFolder>.Instance : new LoggerFactory([log]).CreateLogger<SpoolFolder>());
}
