using Chat.Server.Realtime;
using Chat.Server.Realtime.Spool;
using Chat.Server.Storage.Writing;
using Chat.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Chat.Tests.Realtime.Spool;

public sealed class SpoolFolderTests
{
    private readonly string _path = TestRun.NewFolder("spool");

    [Fact]
    public void Clear_OwnFileAndAnotherLivingOnes_UntilOneIsLeftBehind()
    {
        var (mine, other) = (NewFolder(), NewFolder());
        using var own = mine.Create();
        var left = other.Create();
        Assert.True(mine.IsClear);
        Assert.Null(mine.TryAdopt());

        left.Dispose();
        mine.Forget();

        Assert.False(mine.IsClear);
        using var adopted = mine.TryAdopt()!;
        mine.Forget();
        Assert.False(mine.IsClear);
        Assert.Null(other.TryAdopt());
        adopted.Delete();
        mine.Forget();
        Assert.True(mine.IsClear);
    }

    /// <summary>Whoever thought the folder clear for a moment would store past what the dead process had left.</summary>
    [Fact]
    public async Task Clear_WhileManyLookAndAdoptAtOnce_IsNeverSaidBeforeTheOrphanIsGone()
    {
        var dead = NewFolder().Create();
        dead.Append([.. Enumerable.Range(0, 400).Select(i => (ReadOnlyMemory<byte>)SpoolRecord.Write(Some(i), i))], () => { });
        dead.Publish();
        dead.Dispose();
        var gone = 0;
        var wrong = 0;

        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() =>
        {
            var folder = NewFolder();
            while (Volatile.Read(ref gone) == 0)
            {
                folder.Forget();
                var clear = folder.IsClear;
                if (clear && Volatile.Read(ref gone) == 0)
                {
                    Interlocked.Increment(ref wrong);
                }

                if (folder.TryAdopt() is not { } file)
                {
                    continue;
                }

                // As if the adopter died too, again and again, before the last of them stores it.
                if (file.Read(1) is not [var first])
                {
                    Volatile.Write(ref gone, 1);
                    file.Delete();
                    continue;
                }

                file.Advance(first.Next);
                file.Dispose();
            }
        })));

        Assert.Equal(0, wrong);
    }

    private static Append Some(int number) => new()
    {
        Kind = AppendKind.Message, Conversation = "c", Sender = "alice", Id = $"m{number}", Type = "text", Hash = new byte[16], Body = "1"u8.ToArray(),
    };

    private SpoolFolder NewFolder() =>
        new(Options.Create(new RealtimeOptions { SpoolFolder = _path }), TimeProvider.System, NullLogger<SpoolFolder>.Instance);
}
