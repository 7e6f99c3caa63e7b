using Chat.Contracts;
using Chat.Contracts.Management;
using Chat.Server.Management.Api;
using Chat.Server.Management.Asking;
using Chat.Server.Storage.Writing;

namespace Chat.Server.Management.Answering;

/// <summary>What operators do to memberships: through the writer, as all that is told to members.</summary>
internal sealed class MembershipAnswers(LogWriter writer)
{
    /// <summary>Whom members see as the one who did it; which operator it was is told by the audit log.</summary>
    public const string Operator = "$operator";

    public async Task<Reply<MemberRemoved>> RemoveAsync(RemoveMemberQuestion question, CancellationToken timeUp)
    {
        var outcome = await writer.Submit(new Append
        {
            Kind = AppendKind.RemoveMembers,
            Conversation = question.Conversation,
            Sender = Operator,
            ByService = true,
            // Made here and used once: nothing can be the same as it or differ from it. A repeat finds no member.
            Id = Guid.CreateVersion7().ToString("n"),
            Hash = new byte[16],
            Type = EventTypes.Member,
            Users = [question.User],
        }).WaitAsync(timeUp);
        return outcome switch
        {
            AppendStored stored => new MemberRemoved(stored.Seq),
            AppendRefused { Reason: AppendRefusal.NotFound } => Refusal.NotFound("member"),
            AppendRefused { Reason: AppendRefusal.Forbidden } => new Refusal(ManagementCodes.NotSupported, "Only groups have members who can be removed."),
            _ => Refusal.StorageUnavailable,
        };
    }
}
