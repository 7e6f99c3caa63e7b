using Chat.Server.Backplane;

namespace Chat.Server.Presence;

/// <summary>How far this process sees.</summary>
internal sealed class PresenceScope(IBackplane bus)
{
    private volatile bool _hasDistant;

    /// <summary>There are nodes that are heard through Redis only.</summary>
    public bool HasDistant
    {
        get => _hasDistant;
        set => _hasDistant = value;
    }

    /// <summary>Redis is lost: users of other nodes are shown as they were then.</summary>
    public bool IsPartial => _hasDistant && bus.Status.Degraded;
}
