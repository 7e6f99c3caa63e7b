using Chat.Contracts;
using Chat.Server.Delivery.Nodes;
using Chat.Tests.Support;

namespace Chat.Tests.Delivery.Nodes;

public sealed class DoubtsTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly Doubts _doubts;

    public DoubtsTests() => _doubts = new Doubts(_time);

    [Fact]
    public void Open_NothingInDoubt_IsEmpty() => Assert.Empty(_doubts.Open());

    [Fact]
    public void Open_UntilACommitCannotTakeEffectAnyMore_ThenOnceMore()
    {
        _doubts.InDoubt([LogEvents.At(1)]);
        Assert.Equal(new Dictionary<string, bool> { ["c"] = false }, _doubts.Open());
        _time.Advance(Doubts.Within - TimeSpan.FromTicks(1));
        Assert.Single(_doubts.Open());
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.Single(_doubts.Open());
        Assert.Empty(_doubts.Open());
    }

    [Fact]
    public void Open_AChangeOfMembership_StaysOne()
    {
        _doubts.InDoubt([LogEvents.At(1, type: EventTypes.Member)]);
        _doubts.InDoubt([LogEvents.At(2)]);
        Assert.Equal(new Dictionary<string, bool> { ["c"] = true }, _doubts.Open());
    }
}
