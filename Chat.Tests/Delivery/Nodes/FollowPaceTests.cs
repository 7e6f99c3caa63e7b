using Chat.Server.Backplane;
using Chat.Server.Delivery;
using Chat.Server.Delivery.Nodes;

namespace Chat.Tests.Delivery.Nodes;

public sealed class FollowPaceTests
{
    private static readonly TimeSpan Long = TimeSpan.FromHours(1);

    private static BackplaneStatus In(BackplaneMode mode, bool doubtful = false) =>
        new(mode, RedisConfigured: true, Reason: null, default) { Doubtful = doubtful };

    [Theory]
    [InlineData((int)BackplaneMode.Redis, false, 4_999, false)]
    [InlineData((int)BackplaneMode.Redis, false, 5_000, true)]
    [InlineData((int)BackplaneMode.Redis, true, 249, false)]
    [InlineData((int)BackplaneMode.Redis, true, 250, true)]
    [InlineData((int)BackplaneMode.Database, false, 249, false)]
    [InlineData((int)BackplaneMode.Database, false, 250, true)]
    [InlineData((int)BackplaneMode.Local, false, 250, true)]
    public void IsDue_ByMode_ReadsOftenWhereHintsMayNotArrive(int mode, bool doubtful, int sinceRead, bool due) =>
        Assert.Equal(due, FollowPace.IsDue(In((BackplaneMode)mode, doubtful), TimeSpan.FromMilliseconds(sinceRead), Long, new DeliveryOptions()));

    [Theory]
    [InlineData(4_999, true)]
    [InlineData(5_000, false)]
    public void IsDue_RedisJustCameBack_ReadsOftenUntilASweepWouldHaveBeenDue(int sinceUnsure, bool due) => Assert.Equal(
        due, FollowPace.IsDue(In(BackplaneMode.Redis), TimeSpan.FromMilliseconds(250), TimeSpan.FromMilliseconds(sinceUnsure), new DeliveryOptions()));
}
