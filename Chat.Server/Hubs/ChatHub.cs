using Chat.Contracts;
using Chat.Server.Delivery;
using Chat.Server.Messaging;
using Chat.Server.Messaging.Topics;
using Chat.Server.Presence;
using Chat.Server.Sessions;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.SignalR;

namespace Chat.Server.Hubs;

/// <summary>The wire contract, one use case a method. docs/protocol.md tells it from the client's side.</summary>
[Authorize]
internal sealed class ChatHub(
    ConnectionLife life,
    Sends sends,
    Edits edits,
    Conversations conversations,
    GroupMembership membership,
    HistoryReads history,
    ReadMarks marks,
    Acquaintances acquaintances,
    Signals signals,
    Publishes publishes,
    TopicCalls topics,
    DeliveryService delivery,
    PresenceService presence,
    PresenceScope scope,
    SessionBook sessions) : Hub
{
    private string User => Context.UserIdentifier!;

    private HubConnectionContext Connection => Context.Features.GetRequiredFeature<HubConnectionContext>();

    private CancellationToken Gone => Context.ConnectionAborted;

    public override Task OnConnectedAsync() => life.OpenAsync(Connection);

    public override Task OnDisconnectedAsync(Exception? exception)
    {
        life.Close(Connection);
        return Task.CompletedTask;
    }

    public Task<Receipt> Send(SendRequest? send) => sends.SendAsync(User, send);

    public Task<BatchResult> SendBatch(SendBatchRequest? batch) => sends.SendBatchAsync(User, batch);

    public Task<Receipt> Publish(PublishRequest? publish) => publishes.PublishAsync(Context.User, User, publish);

    public Task<SubscribeResult> Subscribe(SubscribeRequest? subscribe) => topics.SubscribeAsync(Connection, subscribe);

    public Task<Result> Unsubscribe(UnsubscribeRequest? unsubscribe) => topics.UnsubscribeAsync(Connection, unsubscribe);

    public void Ack(IReadOnlyList<AckPosition>? positions) => delivery.Acknowledge(Connection, positions ?? []);

    public Task<Receipt> Edit(EditRequest? edit) => edits.EditAsync(User, edit);

    public Task<Receipt> Delete(DeleteRequest? delete) => edits.DeleteAsync(User, delete);

    public Task<Receipt> React(ReactRequest? react) => edits.ReactAsync(User, react);

    public Task<HistoryResult> History(HistoryRequest? request) => history.ReadAsync(Context.User, User, request, Gone);

    public Task<ConversationResult> CreateConversation(CreateConversationRequest? create) =>
        conversations.CreateAsync(User, create, delivery.ConversationCreated);

    public Task<ConversationsResult> Conversations(ConversationsRequest? request) => conversations.ListAsync(User, Gone);

    public Task<Result> AddMembers(AddMembersRequest? add) => membership.AddAsync(User, add);

    public Task<Result> RemoveMember(RemoveMemberRequest? remove) => membership.RemoveAsync(User, remove);

    public Task<Result> Leave(LeaveRequest? leave) => membership.LeaveAsync(User, leave);

    public Task<Result> MarkRead(MarkReadRequest? mark) =>
        marks.MarkAsync(User, mark, (conversation, seq) => delivery.ReadUpTo(conversation, User, seq));

    public Task<Result> Typing(TypingRequest? typing) => signals.TypingAsync(Connection, typing);

    public Task<PresenceResult> Presence(PresenceRequest? request) => acquaintances.PresenceAsync(
        User,
        request,
        user => PresenceAudience.NameOf(presence.StateOf(user)),
        PresenceAudience.NameOf(PresenceState.Offline),
        () => scope.IsPartial,
        Gone);

    public Task<Result> RefreshToken(RefreshTokenRequest? refresh) => sessions.RefreshAsync(Connection, refresh);

    public PingResult Ping(PingRequest? request) => signals.Ping(Connection);
}
