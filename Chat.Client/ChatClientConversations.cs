using Chat.Contracts;

namespace Chat.Client;

/// <summary>
/// Conversations and who is in them. These calls wait for a connection and are made again when it goes before the answer
/// came; so after such a loss a second removal may be answered with <c>not_found</c>.
/// </summary>
public static class ChatClientConversations
{
    /// <summary>The conversation of the user with another one: always the same one, whoever creates it and however often.</summary>
    /// <param name="client">The client.</param>
    /// <param name="user">The other user.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<ConversationResult> CreateDirectAsync(this ChatClient client, string user, CancellationToken cancellationToken = default)
        => client.CreateConversationAsync(new CreateConversationRequest(ConversationKinds.Direct, [user]), cancellationToken);

    /// <summary>A new group, owned by the user, who need not be named.</summary>
    /// <param name="client">The client.</param>
    /// <param name="title">Shown to members.</param>
    /// <param name="members">The other members.</param>
    /// <param name="policy">One of <see cref="ConversationPolicies"/>; <c>durable</c> when absent.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<ConversationResult> CreateGroupAsync(
        this ChatClient client, string? title, IReadOnlyList<string> members, string? policy = null, CancellationToken cancellationToken = default)
        => client.CreateConversationAsync(
            new CreateConversationRequest(ConversationKinds.Group, members, Title: title, Policy: policy), cancellationToken);

    /// <summary>Creates a conversation as the request says; repeated with the same id it answers the same one.</summary>
    /// <param name="client">The client.</param>
    /// <param name="request">Without an id it gets one.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<ConversationResult> CreateConversationAsync(
        this ChatClient client, CreateConversationRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return client.Caller.CallAsync<ConversationResult>(
            "CreateConversation", request with { Id = request.Id ?? client.Submitter.NewId() }, cancellationToken);
    }

    /// <summary>The user's conversations, the one with the newest event first.</summary>
    /// <param name="client">The client.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<ConversationsResult> ConversationsAsync(this ChatClient client, CancellationToken cancellationToken = default)
        => client.Caller.CallAsync<ConversationsResult>("Conversations", new ConversationsRequest(), cancellationToken);

    /// <summary>Adds members to a group; for owners.</summary>
    /// <param name="client">The client.</param>
    /// <param name="conversation">The group.</param>
    /// <param name="users">Who is added.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<Result> AddMembersAsync(
        this ChatClient client, string conversation, IReadOnlyList<string> users, CancellationToken cancellationToken = default)
        => client.Caller.CallAsync<Result>("AddMembers", new AddMembersRequest(conversation, users), cancellationToken);

    /// <summary>Removes a member from a group; for owners.</summary>
    /// <param name="client">The client.</param>
    /// <param name="conversation">The group.</param>
    /// <param name="user">Who is removed.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<Result> RemoveMemberAsync(
        this ChatClient client, string conversation, string user, CancellationToken cancellationToken = default)
        => client.Caller.CallAsync<Result>("RemoveMember", new RemoveMemberRequest(conversation, user), cancellationToken);

    /// <summary>Leaves a group.</summary>
    /// <param name="client">The client.</param>
    /// <param name="conversation">The group.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<Result> LeaveAsync(this ChatClient client, string conversation, CancellationToken cancellationToken = default)
        => client.Caller.CallAsync<Result>("Leave", new LeaveRequest(conversation), cancellationToken);
}
