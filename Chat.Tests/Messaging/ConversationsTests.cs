using Chat.Server.Messaging;

namespace Chat.Tests.Messaging;

public sealed class ConversationsTests
{
    [Fact]
    public void NewId_IsUnguessableAndNeverTheSame()
    {
        var ids = Enumerable.Range(0, 1_000).Select(_ => Conversations.NewId()).ToHashSet();
        Assert.Equal(1_000, ids.Count);
        Assert.All(ids, id => Assert.Matches("^c_[a-z2-7]{26}$", id));
    }

    [Fact]
    public void DirectKey_WhoeverAsks_IsTheSame()
    {
        Assert.Equal(Conversations.DirectKey("alice", "bob"), Conversations.DirectKey("bob", "alice"));
        Assert.NotEqual(Conversations.DirectKey("alice", "bob"), Conversations.DirectKey("alice", "bobby"));
        Assert.NotEqual(Conversations.DirectKey("Alice", "bob"), Conversations.DirectKey("alice", "bob"));
    }

    [Fact]
    public void RequestKey_AnotherCreator_IsAnother() =>
        Assert.NotEqual(Conversations.RequestKey("alice", "1"), Conversations.RequestKey("bob", "1"));
}
