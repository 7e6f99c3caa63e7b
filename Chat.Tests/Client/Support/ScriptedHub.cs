using Chat.Contracts;
using Microsoft.AspNetCore.SignalR;

namespace Chat.Tests.Client.Support;

/// <summary>The contract's methods; what they answer is the test's script.</summary>
internal sealed class ScriptedHub(ScriptedServer server) : Hub
{
    private ServerConnection Connection => (ServerConnection)Context.Items[typeof(ServerConnection)]!;

    public override Task OnConnectedAsync()
    {
        var connection = new ServerConnection(Context, Clients.Caller);
        Context.Items[typeof(ServerConnection)] = connection;
        return server.OpenAsync(connection);
    }

    public override Task OnDisconnectedAsync(Exception? exception)
    {
        Connection.Close();
        return server.Script.Disconnected(Connection);
    }

    public void Ack(AckPosition[] positions) => Connection.Acks.Add(positions);

    public Task<Receipt> Send(SendRequest request)
    {
        Connection.Calls.Add(request);
        return server.Script.Send(Connection, request);
    }

    public async Task<BatchResult> SendBatch(SendBatchRequest request)
    {
        Connection.Calls.Add(request);
        return await server.Script.SendBatch(Connection, request);
    }

    public Task<Receipt> Publish(PublishRequest request) => WriteAsync(request);

    public Task<Receipt> Edit(EditRequest request) => WriteAsync(request);

    public Task<Receipt> Delete(DeleteRequest request) => WriteAsync(request);

    public Task<Receipt> React(ReactRequest request) => WriteAsync(request);

    public Task<HistoryResult> History(HistoryRequest request)
    {
        Connection.Calls.Add(request);
        return server.Script.History(Connection, request);
    }

    public Task<SubscribeResult> Subscribe(SubscribeRequest request)
    {
        Connection.Calls.Add(request);
        return server.Script.Subscribe(Connection, request);
    }

    public Task<ConversationResult> CreateConversation(CreateConversationRequest request)
    {
        Connection.Calls.Add(request);
        return Task.FromResult(new ConversationResult
        {
            Ok = true,
            Conversation = new Conversation { Id = "made", Kind = request.Kind!, Title = request.Title, Policy = request.Policy ?? ConversationPolicies.Durable, Members = [] },
        });
    }

    public ConversationsResult Conversations(ConversationsRequest request) => new() { Ok = true, Conversations = [] };

    public Result Unsubscribe(UnsubscribeRequest request) => Noted(request);

    public Result AddMembers(AddMembersRequest request) => Noted(request);

    public Result RemoveMember(RemoveMemberRequest request) => Noted(request);

    public Result Leave(LeaveRequest request) => Noted(request);

    public Result MarkRead(MarkReadRequest request) => Noted(request);

    public Result Typing(TypingRequest request) => Noted(request);

    public PresenceResult Presence(PresenceRequest request)
        => new() { Ok = true, Presence = request.Users!.ToDictionary(user => user, _ => "online") };

    public Task<Result> RefreshToken(RefreshTokenRequest request)
    {
        Connection.Calls.Add(request);
        return server.Script.RefreshToken(Connection, request);
    }

    public Task<PingResult> Ping(PingRequest request)
    {
        Connection.Calls.Add(request);
        return server.Script.Ping(Connection);
    }

    private Task<Receipt> WriteAsync(object request)
    {
        Connection.Calls.Add(request);
        return server.Script.Write(Connection, request);
    }

    private Result Noted(object request)
    {
        Connection.Calls.Add(request);
        return Result.Success;
    }
}
