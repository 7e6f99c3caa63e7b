using Chat.Server.Access;

namespace Chat.Tests.Access;

public sealed class ConnectionCountsTests
{
    [Fact]
    public void TryEnter_AtTheLimit_IsRefusedUntilOneLeaves()
    {
        var counts = new ConnectionCounts();
        Assert.True(counts.TryEnter("alice", 2));
        Assert.True(counts.TryEnter("alice", 2));
        Assert.False(counts.TryEnter("alice", 2));
        Assert.True(counts.TryEnter("bob", 2));

        counts.Leave("alice");
        Assert.True(counts.TryEnter("alice", 2));
        Assert.False(counts.TryEnter("alice", 2));
    }

    [Fact]
    public void TryEnter_NoLimit_CountsAllTheSame()
    {
        var counts = new ConnectionCounts();
        Assert.True(counts.TryEnter("alice", 0));
        Assert.True(counts.TryEnter("alice", 0));
        Assert.False(counts.TryEnter("alice", 2));
    }
}
