using Chat.Admin.Access;
using Chat.Admin.Parts;
using Chat.Admin.Parts.Dialogs;
using Chat.Contracts.Management;

namespace Chat.Admin.ServerApi;

/// <summary>What can be done to whole conversations, with the question before it. They lie in the one database: any node acts for all.</summary>
internal sealed class ConversationActions(Actions actions, DialogDesk desk)
{
    public Task LockAsync(string conversation) => AskAsync(
        "conversation.lock",
        conversation,
        ManagementRoutes.ConversationLock,
        new($"Lock {conversation}?", "Whoever sends to it is told that it is locked, and not why. It can be read, and what was sent before is delivered.", "Lock") { ReasonRequired = true });

    public Task UnlockAsync(string conversation) => AskAsync(
        "conversation.unlock",
        conversation,
        ManagementRoutes.ConversationUnlock,
        new($"Unlock {conversation}?", "Its members may send to it again.", "Unlock") { ReasonRequired = true });

    /// <summary>Sends a member once more what follows from a seq on, which is asked for.</summary>
    public async Task ResendAsync(string conversation, string user, ResendDraft draft)
    {
        var question = new Question(
            $"Send {user} the messages of {conversation} again?",
            "All their devices get everything from that seq on once more, those that are away when they connect. Clients pass over what they have. There is no undo.",
            "Send again")
        {
            Typed = user,
            Body = builder =>
            {
                builder.OpenComponent<ResendFields>(0);
                builder.AddComponentParameter(1, nameof(ResendFields.Draft), draft);
                builder.CloseComponent();
            },
            Problem = draft.Problem,
        };
        if (await desk.AskAsync(question) is not null && draft.Seq is { } from)
        {
            var target = $"conversation/{conversation}/member/{user}";
            if (await actions.PostAnyAsync<ActionResult>(Role.Operator, "member.resend", target, Address.Of(ManagementRoutes.MemberResend, conversation, user), new ResendRequest { From = from }) is { } reply)
            {
                actions.Tell(reply, target);
            }
        }
    }

    private async Task AskAsync(string action, string conversation, string route, Question question)
    {
        if (await desk.AskAsync(question) is not { } consent)
        {
            return;
        }

        var target = $"conversation/{conversation}";
        if (await actions.PostAnyAsync<ActionResult>(Role.Operator, action, target, Address.Of(route, conversation), new ReasonRequest { Reason = consent.Reason }) is { } reply)
        {
            actions.Tell(reply, target);
        }
    }
}
