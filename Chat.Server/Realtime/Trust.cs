using Chat.Server.Delivery;
using Microsoft.Extensions.Options;

namespace Chat.Server.Realtime;

/// <summary>
/// For how long what was known of memberships when storage went away is believed. Nobody can change it where storage is away for all, and
/// what others change who still reach it is heard over the bus; only who has lost the bus, too, may be alone with old knowledge.
/// </summary>
internal sealed class Trust(CommitFollower follower, IOptions<RealtimeOptions> options)
{
    private TimeSpan Limit => follower.IsCutOff ? options.Value.RightsForCutOff : options.Value.RightsFor;

    /// <summary>Whether knowledge of this age counts.</summary>
    public bool Covers(TimeSpan? age) => age is { } known && known <= Limit;
}
