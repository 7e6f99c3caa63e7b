using Chat.Server.Backplane;

namespace Chat.Server.Delivery.Nodes;

/// <summary>
/// How often the journal is read: seldom while hints arrive, often while they may not. Redis under suspicion counts as lost, for the
/// seconds until the loss is certain would else be missed; after a change it is read often for as long as it would else go unread,
/// for other nodes change at other moments.
/// </summary>
internal static class FollowPace
{
    public static bool IsDue(BackplaneStatus status, TimeSpan sinceRead, TimeSpan sinceUnsure, DeliveryOptions options) =>
        sinceRead >= (status.ReachesNodes && sinceUnsure >= options.SweepInterval ? options.SweepInterval : options.FollowInterval);
}
