namespace Chat.Tests.Faults.Checker.Tests;

public sealed class OrderRuleTests : RoomHistory
{
    [Fact]
    public void Check_SeqsFall_BreaksI4()
    {
        Members("alice");
        Store("alice", "m1", 1);
        Store("alice", "m2", 2);
        Deliver("alice", Rows[1]);
        Deliver("alice", Rows[0]);
        Assert.Equal("seq 1 came after 2", Assert.Single(Check().Of(Invariant.Order)).What);
    }

    [Fact]
    public void Check_GapOfWhatNobodyAcknowledged_BreaksI4()
    {
        Members("alice");
        Store("alice", "m1", 1);
        StoreOwn(2);
        Store("alice", "m3", 3);
        Deliver("alice", Rows[0]);
        Deliver("alice", Rows[2]);
        var result = Check();
        Assert.Empty(result.Of(Invariant.NoAckedLoss));
        Assert.Contains("room#2", Assert.Single(result.Of(Invariant.Order)).Ids);
    }

    [Fact]
    public void Check_TwoReceiversSeeDifferentEventsUnderOneSeq_BreaksI4()
    {
        Members("alice", "bob");
        Store("alice", "m1", 1);
        Deliver("alice", Rows[0]);
        Deliver("bob", Rows[0] with { Id = "other" });
        Assert.Contains(Check().Of(Invariant.Order), v => v.What == "several messages under one seq");
    }

    [Fact]
    public void Check_HoleInTheStoredLog_BreaksI4()
    {
        Members("alice");
        Store("alice", "m1", 1);
        Store("alice", "m3", 3);
        Assert.Contains(Check().Of(Invariant.Order), v => v.What == "a hole in the stored log" && v.Ids.Contains("room#2"));
    }
}
