using Chat.Contracts.Management;
using Chat.Server.Delivery;
using Chat.Server.Management.Api;
using Chat.Server.Management.Asking;
using Chat.Server.Storage.Cursors;

namespace Chat.Server.Management.Answering;

/// <summary>
/// Sends a member once more what follows a seq. First the database, for the devices that are away and for those that connect in this moment;
/// then every worker for the connections that it has.
/// </summary>
internal sealed class ResendAnswers(CursorStore cursors, UserConnections users)
{
    public async Task<Reply<ResendPlace>> RewindAsync(ResendQuestion question, CancellationToken timeUp)
    {
        var rewind = await cursors.RewindMemberAsync(question.User, question.Conversation, question.From - 1, timeUp);
        return !rewind.Found ? Refusal.NotFound("member")
            : question.From < rewind.First || question.From > rewind.Head
                ? Refusal.Invalid(rewind.Head < rewind.First ? "There is nothing to send: the log holds nothing for this member." : $"from is a seq from {rewind.First} to {rewind.Head}.")
            : new ResendPlace(rewind.Head, rewind.Devices);
    }

    public Task<Reply<Resending>> SendAsync(ResendQuestion question, CancellationToken timeUp)
    {
        var pumps = users.Of(question.User);
        foreach (var pump in pumps)
        {
            pump.Orders.SendAgain(question.Conversation, question.From - 1);
        }

        return Task.FromResult<Reply<Resending>>(new Resending(pumps.Length));
    }
}
