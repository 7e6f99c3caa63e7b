using Chat.Server.Workers;
using Chat.Server.Workers.Listening;
using Chat.Server.Workers.Ports;
using Chat.Tests.Support;

namespace Chat.Tests.Workers.Listening;

public sealed class NodeLockTests
{
    private readonly string _folder = TestRun.NewFolder("lock");

    [Fact]
    public void Take_WhileHeld_IsRefusedNamingTheOwner()
    {
        using var held = NodeLock.Take(_folder);
        held.WriteNote(new(4711, ["http://localhost:5080"], "http://localhost:5081", DateTimeOffset.UnixEpoch));
        var refusal = Assert.Throws<StartRefusedException>(() => NodeLock.Take(_folder));
        Assert.Equal(ExitCodes.Unavailable, refusal.ExitCode);
        Assert.Contains("pid 4711", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Take_AfterItsOwnerLeft_WorksAndKnowsThatHeLeftInOrder()
    {
        using (var first = NodeLock.Take(_folder))
        {
            first.WriteNote(new(4711, [], "", DateTimeOffset.UnixEpoch));
        }

        using var second = NodeLock.Take(_folder);
        Assert.False(second.PredecessorWasKilled);
    }

    [Fact]
    public void Take_NoteWithoutALock_MeansThatItsOwnerWasKilled()
    {
        File.WriteAllText(Path.Combine(_folder, "server.json"), "{}");
        using var held = NodeLock.Take(_folder);
        Assert.True(held.PredecessorWasKilled);
    }

    [Fact]
    public void Take_FolderThatCannotBeMade_IsRefused()
    {
        var file = Path.Combine(_folder, "file");
        File.WriteAllText(file, "");
        Assert.Equal(ExitCodes.Configuration, Assert.Throws<StartRefusedException>(() => NodeLock.Take(file)).ExitCode);
    }
}
