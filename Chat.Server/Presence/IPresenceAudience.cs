namespace Chat.Server.Presence;

/// <summary>Those who are told when a user comes or goes.</summary>
internal interface IPresenceAudience
{
    /// <summary>Tells the connected users who share a conversation with <paramref name="user"/>; gives up quietly while storage is away.</summary>
    Task TellAsync(string user, PresenceState state, CancellationToken cancellation);
}
