using Chat.Server.Presence;

namespace Chat.Tests.Presence;

public sealed class PresenceTableTests
{
    private readonly PresenceTable _table = new(grace: 60);

    [Fact]
    public void Connect_FirstConnection_IsNewsAndTheSecondIsNot()
    {
        Assert.Equal(PresenceState.Offline, _table.StateOf("alice"));
        Assert.True(_table.Connect("alice"));
        Assert.False(_table.Connect("alice"));
        Assert.Equal(PresenceState.Online, _table.StateOf("alice"));
    }

    [Fact]
    public void Disconnect_NotTheLast_StaysOnline()
    {
        _table.Connect("alice");
        _table.Connect("alice");
        _table.Disconnect("alice", now: 100);
        Assert.Equal(PresenceState.Online, _table.StateOf("alice"));
        Assert.Null(_table.NextDue);
    }

    [Fact]
    public void Disconnect_TheLast_IsAwayUntilTheGraceEndsAndThenOfflineOnce()
    {
        _table.Connect("alice");
        _table.Disconnect("alice", now: 100);
        Assert.Equal(PresenceState.Away, _table.StateOf("alice"));
        Assert.Equal(160, _table.NextDue);

        Assert.Empty(_table.Expire(now: 159));
        Assert.Equal(PresenceState.Away, _table.StateOf("alice"));
        Assert.Equal(["alice"], _table.Expire(now: 160));
        Assert.Equal(PresenceState.Offline, _table.StateOf("alice"));
        Assert.Empty(_table.Expire(now: 1_000));
    }

    [Fact]
    public void Connect_WithinTheGrace_IsSilent()
    {
        _table.Connect("alice");
        _table.Disconnect("alice", now: 100);
        Assert.False(_table.Connect("alice"));
        Assert.Equal(PresenceState.Online, _table.StateOf("alice"));
        Assert.Null(_table.NextDue);
        Assert.Empty(_table.Expire(now: 1_000));
        Assert.Equal(PresenceState.Online, _table.StateOf("alice"));
    }

    [Fact]
    public void Disconnect_AfterAReturn_BeginsAGraceOfItsOwn()
    {
        _table.Connect("alice");
        _table.Disconnect("alice", now: 100);
        _table.Connect("alice");
        _table.Disconnect("alice", now: 150);
        Assert.Empty(_table.Expire(now: 160));
        Assert.Equal(["alice"], _table.Expire(now: 210));
    }

    [Fact]
    public void Connect_AfterOffline_IsNewsAgain()
    {
        _table.Connect("alice");
        _table.Disconnect("alice", now: 0);
        _table.Expire(now: 60);
        Assert.True(_table.Connect("alice"));
    }

    [Fact]
    public void Disconnect_MoreOftenThanConnected_ChangesNothing()
    {
        _table.Disconnect("alice", now: 0);
        _table.Connect("bob");
        _table.Disconnect("bob", now: 0);
        _table.Disconnect("bob", now: 10);
        Assert.Equal(["bob"], _table.Expire(now: 60));
        Assert.Equal(0, _table.Count);
    }

    [Fact]
    public void Expire_Many_TakesThoseWhoAreDueInTheirOrder()
    {
        foreach (var (user, at) in new[] { ("a", 0L), ("b", 10L), ("c", 20L) })
        {
            _table.Connect(user);
            _table.Disconnect(user, at);
        }

        Assert.Equal(["a", "b"], _table.Expire(now: 70));
        Assert.Equal(80, _table.NextDue);
        Assert.Equal(1, _table.Count);
    }

    [Fact]
    public void Connect_FlappingUser_HoldsOneRow()
    {
        for (var i = 0; i < 1_000; i++)
        {
            _table.Connect("alice");
            _table.Disconnect("alice", i);
        }

        Assert.Equal(1, _table.Count);
        Assert.Equal(["alice"], _table.Expire(now: 10_000));
        Assert.Null(_table.NextDue);
    }
}
