using Chat.Contracts;

namespace Chat.Tests.Faults.Checker.Tests;

public sealed class LossRuleTests : RoomHistory
{
    [Fact]
    public void Check_OneDeviceOfTheUserMissesIt_BreaksI1()
    {
        Members("alice");
        History.Connected("alice", "tablet");
        Store("alice", "m1", 1);
        DeliverAll("alice");
        Assert.Contains("alice/tablet", Assert.Single(Check().Of(Invariant.NoAckedLoss)).Ids);
    }

    [Fact]
    public void Check_EntitledUserNeverConnected_BreaksI1()
    {
        Members("alice");
        History.Joined("bob", "room");
        Store("alice", "m1", 1);
        DeliverAll("alice");
        Assert.Contains("bob", Assert.Single(Check().Of(Invariant.NoAckedLoss)).Ids);
    }

    [Fact]
    public void Check_NoMembersRecorded_BreaksI1()
    {
        Store("alice", "m1", 1);
        Assert.Contains("without a recorded member", Assert.Single(Check().Of(Invariant.NoAckedLoss)).What);
    }

    [Fact]
    public void Check_QueuedAndNeverStored_BreaksI1()
    {
        Members("alice", "bob");
        History.Send("alice", "room", "m1").Acked(null, null, ReceiptStatus.Queued);
        Assert.Contains("never stored", Assert.Single(Check(withRows: false).Of(Invariant.NoAckedLoss)).What);
    }

    [Fact]
    public void Check_QueuedThenStoredTwin_HoldsWithTheProvisionalOnTheWireOnly()
    {
        Members("alice", "bob");
        History.Send("alice", "room", "m1").Acked(null, null, ReceiptStatus.Queued);
        Rows.Add(new StoredRow("room", 1, "alice", "m1"));
        foreach (var user in (string[])["alice", "bob"])
        {
            History.Arrived(user, null, Event(Rows[0]) with { Seq = null });
        }

        DeliverAll("alice");
        DeliverAll("bob");
        Assert.Equal(0, Check().ThrowIfBroken().Counts.WireDuplicates);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Check_AckedRowNotOnceInTheDatabase_BreaksI1(int rows)
    {
        Members("alice");
        Store("alice", "m1", 1);
        DeliverAll("alice");
        var row = Assert.Single(Rows);
        Rows.Clear();
        Rows.AddRange(Enumerable.Repeat(row, rows));
        Assert.Contains($"stored {rows} times", Assert.Single(Check().Of(Invariant.NoAckedLoss)).What);
    }

    [Fact]
    public void Check_AnnouncedGap_IsExcusedOnlyWhenAllowed()
    {
        Members("alice", "bob");
        Store("alice", "m1", 1);
        Store("alice", "m2", 2);
        DeliverAll("alice");
        History.Gap("bob", null, "room", 1, 1, NoticeKinds.Truncated);
        Deliver("bob", Rows[1]);
        Assert.NotEmpty(Check().Of(Invariant.NoAckedLoss));
        Check(new CheckerOptions { AllowAnnouncedGaps = true }).ThrowIfBroken();
    }
}
