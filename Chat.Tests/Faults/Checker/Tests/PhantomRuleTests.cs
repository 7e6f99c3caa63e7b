using System.Text.Json;
using Chat.Contracts;

namespace Chat.Tests.Faults.Checker.Tests;

public sealed class PhantomRuleTests : RoomHistory
{
    [Fact]
    public void Check_ReceivedButNeverSent_BreaksI2()
    {
        Members("alice");
        Store("alice", "m1", 1);
        Rows.Add(new StoredRow("room", 2, "alice", "ghost"));
        DeliverAll("alice");
        // In the application, on the wire and in the database.
        Assert.Equal(3, Check().Of(Invariant.NoPhantom).Count());
    }

    [Fact]
    public void Check_RefusedButStored_BreaksI2()
    {
        Members("alice");
        Store("alice", "m1", 1);
        History.Send("alice", "room", "m2").Nacked(ErrorCodes.Invalid, retryable: false);
        DeliverAll("alice");
        Check().ThrowIfBroken();
        Rows.Add(new StoredRow("room", 2, "alice", "m2"));
        Assert.Contains("definitely refused", Assert.Single(Check().Of(Invariant.NoPhantom)).What);
    }

    [Fact]
    public void Check_RefusedOnceButUnknownBefore_MayAppear()
    {
        Members("alice");
        History.Send("alice", "room", "m1").ConnectionLost();
        History.Send("alice", "room", "m1").Nacked(ErrorCodes.IdConflict, retryable: false);
        Rows.Add(new StoredRow("room", 1, "alice", "m1"));
        DeliverAll("alice");
        var result = Check();
        Assert.Empty(result.Violations);
        Assert.Equal(1, result.Counts.Recovered);
    }

    [Fact]
    public void Check_OtherBodyOrOtherConversation_BreaksI2()
    {
        Members("alice");
        History.Joined("alice", "elsewhere");
        History.Send("alice", "room", "m1", body: JsonSerializer.SerializeToElement("hello")).Acked(1);
        var good = new ChatEvent { Conversation = "room", Seq = 1, Id = "m1", Type = "text", Sender = "alice", Body = JsonSerializer.SerializeToElement("hello") };
        History.Received("alice", null, good);
        Check(withRows: false).ThrowIfBroken();
        History.Arrived("alice", null, good with { Body = JsonSerializer.SerializeToElement("hullo") });
        History.Arrived("alice", null, good with { Conversation = "elsewhere" });
        Assert.Equal(
            ["seen and sent to room", "seen and with another body than was sent"],
            Check(withRows: false).Of(Invariant.NoPhantom).Select(v => v.What).Order());
    }
}
