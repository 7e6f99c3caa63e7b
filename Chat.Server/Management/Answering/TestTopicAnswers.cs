using Chat.Contracts;
using Chat.Contracts.Management;
using Chat.Server.Management.Api;
using Chat.Server.Management.Asking;
using Chat.Server.Storage;
using Chat.Server.Storage.Model;
using Chat.Server.Storage.Writing;
using Microsoft.EntityFrameworkCore;

namespace Chat.Server.Management.Answering;

/// <summary>Tries the way of a message out, on topics that are there for it: real subscribers are nobody's laboratory.</summary>
internal sealed class TestTopicAnswers(StorageGate gate, LogWriter writer)
{
    public async Task<Reply<TestMessage>> PublishAsync(ConversationQuestion question, CancellationToken timeUp)
    {
        if (!TopicIds.IsForTests(question.Id))
        {
            return new Refusal(ManagementCodes.NotSupported, "Test messages go to topics only whose name begins with \"test\".");
        }

        var policy = await gate.RunAsync(
            (db, ct) => db.Conversations.AsNoTracking().Where(c => c.Id == question.Id).Select(c => (ConversationPolicy?)c.Policy).FirstOrDefaultAsync(ct), timeUp);
        return policy switch
        {
            null => Refusal.NotFound("topic"),
            ConversationPolicy.Durable => await StoreAsync(question.Id, timeUp),
            _ => new Refusal(ManagementCodes.NotSupported, "Test messages go to durable topics only."),
        };
    }

    private async Task<Reply<TestMessage>> StoreAsync(string topic, CancellationToken timeUp)
    {
        // Made here and used once: nothing can be the same as it or differ from it.
        var id = Guid.CreateVersion7().ToString("n");
        var outcome = await writer.Submit(new Append
        {
            Kind = AppendKind.Publish,
            Conversation = topic,
            Sender = MembershipAnswers.Operator,
            ByService = true,
            Id = id,
            Hash = new byte[16],
            Type = "text",
            Body = """{"text":"A test by an operator.","test":true}"""u8.ToArray(),
        }).WaitAsync(timeUp);
        return outcome switch
        {
            AppendStored stored => new TestMessage(id, stored.Seq),
            AppendRefused { Reason: AppendRefusal.Locked } => new Refusal(ManagementCodes.Conflict, "The topic is locked."),
            _ => Refusal.StorageUnavailable,
        };
    }
}
