using Chat.Contracts;

namespace Chat.Tests.Faults.Checker.Tests;

/// <summary>A queued receipt is an acknowledgement; its event is seen once, provisionally or stored, and is in the log at the end.</summary>
public sealed class ProvisionalTests : RoomHistory
{
    [Fact]
    public void Check_SeenProvisionallyAndStoredLater_Holds()
    {
        Members("alice", "bob");
        Queue("m1");
        Queue("m2");
        Show("alice", "m1", "m2");
        Show("bob", "m1", "m2");
        Rows.AddRange([new("room", 1, "alice", "m1"), new("room", 2, "alice", "m2")]);
        Check().ThrowIfBroken();
    }

    [Fact]
    public void Check_OneSawItProvisionallyTheOtherItsTwin_Holds()
    {
        Members("alice", "bob");
        Queue("m1");
        Show("alice", "m1");
        Rows.Add(new StoredRow("room", 1, "alice", "m1"));
        Deliver("bob", Rows[0]);
        Check().ThrowIfBroken();
    }

    [Fact]
    public void Check_QueuedSeenAndNotStored_BreaksI1()
    {
        Members("alice", "bob");
        Queue("m1");
        Show("alice", "m1");
        Show("bob", "m1");
        Assert.NotEmpty(Check().Of(Invariant.NoAckedLoss));
    }

    [Fact]
    public void Check_QueuedStoredAndSeenByOneOnly_BreaksI1AndI4()
    {
        Members("alice", "bob");
        Queue("m1");
        Show("alice", "m1");
        Rows.Add(new StoredRow("room", 1, "alice", "m1"));
        Assert.Equal([Invariant.NoAckedLoss, Invariant.Order], Check().Violations.Select(v => v.Invariant).Distinct());
    }

    [Fact]
    public void Check_ProvisionalAndTwinBothShown_BreaksI3()
    {
        Members("alice");
        Queue("m1");
        Show("alice", "m1");
        Rows.Add(new StoredRow("room", 1, "alice", "m1"));
        Deliver("alice", Rows[0]);
        Assert.NotEmpty(Check().Of(Invariant.NoDuplicate));
    }

    [Fact]
    public void Check_StoredInAnotherOrderThanSent_BreaksI4()
    {
        Members("alice");
        Queue("m1");
        Queue("m2");
        Show("alice", "m1", "m2");
        Rows.AddRange([new("room", 1, "alice", "m2"), new("room", 2, "alice", "m1")]);
        Assert.NotEmpty(Check().Of(Invariant.Order));
    }

    private void Queue(string id) => History.Send("alice", "room", id, "c1").Acked(null, null, ReceiptStatus.Queued);

    private void Show(string user, params string[] ids)
    {
        foreach (var id in ids)
        {
            var e = new ChatEvent { Conversation = "room", Id = id, Sender = "alice", Type = "text" };
            History.Arrived(user, null, e);
            History.Received(user, null, e);
        }
    }
}
