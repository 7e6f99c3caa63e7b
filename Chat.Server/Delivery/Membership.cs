using System.Text.Json;
using Chat.Contracts;
using Chat.Server.Storage;

namespace Chat.Server.Delivery;

/// <summary>Reads <c>$member</c> events.</summary>
internal static class Membership
{
    /// <summary>Null when the event does not change the membership.</summary>
    public static MembershipChange? Read(LogEvent e) =>
        e.Type == EventTypes.Member && !e.Body.IsEmpty ? JsonSerializer.Deserialize<MembershipChange>(e.Body.Span, ChatJson.Options) : null;

    /// <summary>Whether the user may see nothing after this event.</summary>
    public static bool Ends(LogEvent e, string user) =>
        Read(e) is { Action: not MembershipChange.Added } change && change.Users.Contains(user);
}
