using Chat.Contracts;
using Microsoft.EntityFrameworkCore;

namespace Chat.Bench.Baselines;

/// <summary>The durable hub that one writes first: one EF Core transaction per message, then the push.</summary>
internal sealed class NaiveHub(Rooms rooms, TimeProvider time, NaiveDb db) : BaselineHub(rooms, time)
{
    protected override async Task StoreAsync(Room room)
    {
        db.Conversations.Add(new NaiveConversation { Id = room.Id });
        await db.SaveChangesAsync(Context.ConnectionAborted);
    }

    protected override async Task<long> StoreAsync(Room room, SendRequest request, DateTimeOffset at)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(Context.ConnectionAborted);
        var conversation = await db.Conversations
            .FromSql($"SELECT * FROM conversations WHERE id = {room.Id} FOR UPDATE")
            .SingleAsync(Context.ConnectionAborted);
        conversation.Head++;
        db.Messages.Add(new NaiveMessage
        {
            ConversationId = room.Id,
            Seq = conversation.Head,
            ClientId = request.Id!,
            Sender = Context.ConnectionId,
            Type = request.Type!,
            Body = request.Body.GetRawText(),
            At = at,
        });
        db.Queue.Add(new NaiveQueueRow { ConversationId = room.Id, Seq = conversation.Head, At = at });
        await db.SaveChangesAsync(Context.ConnectionAborted);
        await transaction.CommitAsync(Context.ConnectionAborted);
        return conversation.Head;
    }
}
