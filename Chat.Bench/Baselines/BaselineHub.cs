using Chat.Contracts;
using Microsoft.AspNetCore.SignalR;

namespace Chat.Bench.Baselines;

/// <summary>
/// The visible work of both baselines, on the product's wire contract: a result to the sender, a push to every member, the
/// sender included. An acknowledgement is received and forgotten; nothing is ordered, repeated or checked.
/// </summary>
internal abstract class BaselineHub(Rooms rooms, TimeProvider time) : Hub<IChatClient>
{
    public override Task OnConnectedAsync()
    {
        Context.Items[nameof(User)] = Context.GetHttpContext()!.Request.Query["user"].ToString();
        rooms.Connected(User, Context.ConnectionId);
        return Task.CompletedTask;
    }

    public override Task OnDisconnectedAsync(Exception? exception)
    {
        rooms.Disconnected(User, Context.ConnectionId);
        return Task.CompletedTask;
    }

    public async Task<ConversationResult> CreateConversation(CreateConversationRequest request)
    {
        string[] members = [User, .. request.Members ?? []];
        var room = rooms.Create(request.Kind == ConversationKinds.Direct, members);
        await StoreAsync(room);
        if (!room.Direct)
        {
            foreach (var connection in members.Select(rooms.ConnectionOf).OfType<string>())
            {
                await Groups.AddToGroupAsync(connection, room.Id, Context.ConnectionAborted);
            }
        }

        var conversation = new Conversation
        {
            Id = room.Id,
            Kind = request.Kind!,
            Policy = ConversationPolicies.Durable,
            Members = [.. members.Select(m => new Member(m, MemberRoles.Member))],
        };
        return new ConversationResult { Ok = true, Conversation = conversation };
    }

    public async Task<Receipt> Send(SendRequest request)
    {
        var room = rooms.Find(request.Conversation);
        if (room is null)
        {
            return new Receipt { Id = request.Id, Error = new ChatError(ErrorCodes.NotFound, "There is no such conversation.", false) };
        }

        var at = time.GetUtcNow();
        var seq = await StoreAsync(room, request, at);
        var message = new ChatEvent
        {
            Conversation = room.Id,
            Epoch = 1,
            Seq = seq,
            Id = request.Id!,
            Type = request.Type!,
            Sender = User,
            At = at,
            Body = request.Body,
        };
        await PushAsync(room, [message]);
        return new Receipt { Ok = true, Id = request.Id, Conversation = room.Id, Seq = seq, Epoch = 1, Status = ReceiptStatus.Stored, At = at };
    }

    public virtual Task Ack(IReadOnlyList<AckPosition> positions) => Task.CompletedTask;

    protected abstract Task StoreAsync(Room room);

    /// <summary>Stores a message and returns its place.</summary>
    protected abstract Task<long> StoreAsync(Room room, SendRequest request, DateTimeOffset at);

    private string User => (string)Context.Items[nameof(User)]!;

    private async Task PushAsync(Room room, ChatEvent[] events)
    {
        if (!room.Direct)
        {
            await Clients.Group(room.Id).Events(events);
            return;
        }

        foreach (var member in room.Members)
        {
            if (rooms.ConnectionOf(member) is { } connection)
            {
                await Clients.Client(connection).Events(events);
            }
        }
    }
}
