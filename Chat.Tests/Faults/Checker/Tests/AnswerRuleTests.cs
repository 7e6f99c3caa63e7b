using Chat.Contracts;

namespace Chat.Tests.Faults.Checker.Tests;

public sealed class AnswerRuleTests : RoomHistory
{
    [Fact]
    public void Check_AnswersMissingLateOrWithoutCode_BreakI11()
    {
        Members("alice");
        Store("alice", "m1", 1);
        DeliverAll("alice");
        History.Send("alice", "room", "lost").ConnectionLost();
        Check().ThrowIfBroken();

        History.Send("alice", "room", "silent");
        History.Send("alice", "room", "impatient").TimedOut();
        History.Send("alice", "room", "mute").Nacked(null, retryable: true);
        History.Send("alice", "room", "strange").Nacked("stack_overflow", retryable: true);
        History.Append(new HistoryEvent { Op = HistoryOp.Send, User = "alice", Conv = "room", ClientMsgId = "slow", Call = 99, T = 1_000 });
        History.Append(new HistoryEvent { Op = HistoryOp.Nack, User = "alice", Conv = "room", ClientMsgId = "slow", Call = 99, T = 11_001, Code = ErrorCodes.Overloaded, Retryable = true });
        Assert.Equal(
            ["answered after 10.0 s", "never answered", "not answered in time", "refused with the unknown code stack_overflow", "refused without a code"],
            Check().Of(Invariant.ErrorContract).Select(v => v.What).Order());
    }
}
