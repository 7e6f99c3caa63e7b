using Chat.Contracts;
using Chat.Server.Backplane;

namespace Chat.Server.Delivery.Nodes;

/// <summary>
/// What clients are told of Redis. Looked at once a second and not with every change, so that a link that blinks is not news; a
/// start that takes a moment is none either.
/// </summary>
internal sealed class RedisNotices(IBackplane bus)
{
    private volatile bool _degraded;

    /// <summary>What was told last; true: lost.</summary>
    public bool Told => _degraded;

    /// <summary>What there is to tell; null: nothing new.</summary>
    public Notice? Look()
    {
        var status = bus.Status;
        if (status.Degraded == _degraded)
        {
            return null;
        }

        _degraded = status.Degraded;
        return Notice;
    }

    /// <summary>The notice for what was told last.</summary>
    public Notice Notice => new()
    {
        Kind = _degraded ? NoticeKinds.Degraded : NoticeKinds.Restored,
        Dependency = "redis",
        Mode = BackplaneMetrics.Name(bus.Status.Mode),
    };
}
