using Chat.Server.Storage.Dialects;
using Chat.Server.Storage.Model;
using Chat.Server.Storage.Reading;
using Chat.Server.Workers.Ports;
using Microsoft.EntityFrameworkCore;

namespace Chat.Server.Storage.Writing;

/// <summary>
/// Goes the writer's two ways once, on its own connection, with a message to a conversation that there is not: the one is rolled back, the other stores only
/// what the database finds as it is remembered.
/// </summary>
internal sealed class WriterWarmUp(WriterContexts contexts, IStorageDialect dialect, StorageBreaker breaker, TimeProvider time) : IWarmUp
{
    private const string Nobody = "";

    public async Task WarmUpAsync(CancellationToken cancellationToken)
    {
        if (!breaker.IsClosed)
        {
            return;
        }

        await using var db = await contexts.CreateAsync(cancellationToken);
        await using (var transaction = await db.Database.BeginTransactionAsync(cancellationToken))
        {
            await dialect.LockAsync(db, [Nobody], [(Nobody, Nobody)], cancellationToken);
            await transaction.RollbackAsync(cancellationToken);
        }

        if (dialect.HasRoundTrips)
        {
            await StoreAsRememberedAsync(db, cancellationToken);
        }
    }

    private async Task StoreAsRememberedAsync(ChatDb db, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var facts = new BatchFacts();
        facts.Conversations.Add(Nobody, new(Nobody, ConversationKind.Group, ConversationPolicy.Durable, Epoch: 1, HeadSeq: 0));
        facts.Members.Add((Nobody, Nobody), new(Nobody, Nobody, MemberRole.Member, JoinedSeq: 1, LeftSeq: null));
        var append = new Append { Conversation = Nobody, Sender = Nobody, Id = Nobody, Type = "text", Body = "{}"u8.ToArray(), Hash = new byte[16] };
        var plan = BatchPlan.Make([append], facts, now, maxMembers: 1, realtimeIsClear: true);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await dialect.InsertIfHeldAsync(db, plan, facts, new CommitMoves(plan.Heads, null).ToJson(), now, cancellationToken);
    }
}
