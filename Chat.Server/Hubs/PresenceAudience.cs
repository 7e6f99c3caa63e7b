using Chat.Contracts;
using Chat.Server.Delivery;
using Chat.Server.Messaging;
using Chat.Server.Presence;
using Microsoft.Extensions.Options;

namespace Chat.Server.Hubs;

/// <summary>Tells those who share a conversation, on their connections to this process; each process tells its own.</summary>
internal sealed class PresenceAudience(
    Acquaintances acquaintances, DeliveryService delivery, PresenceScope scope, IOptions<PresenceOptions> options) : IPresenceAudience
{
    public async Task TellAsync(string user, PresenceState state, CancellationToken cancellation)
    {
        var notice = new Notice { Kind = NoticeKinds.Presence, User = user, State = NameOf(state), Partial = scope.IsPartial ? true : null };
        foreach (var peer in await acquaintances.PeersAsync(user, options.Value.LargestAudience, cancellation))
        {
            delivery.NotifyUser(peer, notice);
        }
    }

    public static string NameOf(PresenceState state) => state switch
    {
        PresenceState.Online => "online",
        PresenceState.Away => "away",
        _ => "offline",
    };
}
