using Chat.Contracts;

namespace Chat.Client;

/// <summary>Who is there, and whether the server is.</summary>
public static class ChatClientPresence
{
    /// <summary>Asks who is there.</summary>
    /// <param name="client">The client.</param>
    /// <param name="users">About whom.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<PresenceResult> PresenceAsync(
        this ChatClient client, IReadOnlyList<string> users, CancellationToken cancellationToken = default)
        => client.Caller.CallAsync<PresenceResult>("Presence", new PresenceRequest(users), cancellationToken);

    /// <summary>Asks who of a conversation's members is there; those who are offline are left out.</summary>
    /// <param name="client">The client.</param>
    /// <param name="conversation">Of which conversation.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<PresenceResult> RosterAsync(
        this ChatClient client, string conversation, CancellationToken cancellationToken = default)
        => client.Caller.CallAsync<PresenceResult>("Presence", new PresenceRequest(Conversation: conversation), cancellationToken);

    /// <summary>Asks the server for its time.</summary>
    /// <param name="client">The client.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<PingResult> PingAsync(this ChatClient client, CancellationToken cancellationToken = default)
        => client.Caller.CallAsync<PingResult>("Ping", new PingRequest(), cancellationToken);
}
