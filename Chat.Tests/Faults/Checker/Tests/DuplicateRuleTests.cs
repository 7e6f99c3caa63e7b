namespace Chat.Tests.Faults.Checker.Tests;

public sealed class DuplicateRuleTests : RoomHistory
{
    [Fact]
    public void Check_ApplicationSeesItTwice_BreaksI3ButWireRepeatsAreCounted()
    {
        Members("alice");
        Store("alice", "m1", 1);
        Deliver("alice", Rows[0]);
        History.Arrived("alice", null, Event(Rows[0]) with { Attempt = 2 });
        Assert.Equal(0.5, Check().ThrowIfBroken().Counts.WireDuplicateRate);
        Assert.Contains("more than", Assert.Single(Check(new CheckerOptions { MostWireDuplicates = 0.01 }).Of(Invariant.NoDuplicate)).What);

        History.Received("alice", null, Event(Rows[0]));
        Assert.Contains("saw it 2 times", Assert.Single(Check().Of(Invariant.NoDuplicate)).What);
    }

    [Fact]
    public void Check_RepeatIsAnotherEvent_BreaksI3()
    {
        Members("alice");
        Store("alice", "m1", 1);
        DeliverAll("alice");
        History.Arrived("alice", null, Event(Rows[0]) with { Id = "m2", Attempt = 2 });
        Assert.Contains("repeated on the wire as another event", Assert.Single(Check().Of(Invariant.NoDuplicate)).What);
    }

    [Fact]
    public void Check_OneMessageUnderTwoSeqs_BreaksI3()
    {
        Members("alice");
        Store("alice", "m1", 1);
        Rows.Add(new StoredRow("room", 2, "alice", "m1"));
        Deliver("alice", Rows[0]);
        Assert.Contains("1+2", Assert.Single(Check().Of(Invariant.NoDuplicate)).Ids);
    }
}
