using Chat.Admin.Access;
using Chat.Admin.Parts.Dialogs;
using Chat.Contracts.Management;

namespace Chat.Admin.ServerApi;

/// <summary>What can be done to connections and users, with the question before it.</summary>
internal sealed class UserActions(Actions actions, Fleet fleet, DialogDesk desk)
{
    public async Task DisconnectAsync(string node, ConnectionView connection)
    {
        if (await desk.AskAsync(new($"Disconnect {connection.User} ({connection.Device})?", "The client is told the reason and may connect again.", "Disconnect") { ReasonRequired = true }) is { } consent)
        {
            await actions.DoAsync(
                Role.Operator, "connection.disconnect", $"connection/{connection.Id}", node, Address.Of(ManagementRoutes.ConnectionDisconnect, connection.Id), new ReasonRequest { Reason = consent.Reason });
        }
    }

    public async Task DisconnectUserAsync(string user)
    {
        if (await desk.AskAsync(new($"Disconnect {user} everywhere?", "All their connections on all nodes end; the clients are told the reason and may connect again.", "Disconnect") { ReasonRequired = true }) is not { } consent)
        {
            return;
        }

        foreach (var node in fleet.Nodes)
        {
            await actions.DoAsync(Role.Operator, "user.disconnect", $"user/{user}", node, Address.Of(ManagementRoutes.UserDisconnect, user), new ReasonRequest { Reason = consent.Reason });
        }
    }

    public async Task BlockAsync(string user)
    {
        if (await desk.AskAsync(new($"Block {user}?", "They are disconnected and may not connect until the block is lifted.", "Block") { ReasonRequired = true, Typed = user, Danger = true }) is { } consent)
        {
            Tell(await actions.PostAnyAsync<ActionResult>(Role.Admin, "user.block", $"user/{user}", Address.Of(ManagementRoutes.UserBlock, user), new BlockRequest { Reason = consent.Reason }), $"user/{user}");
        }
    }

    public async Task UnblockAsync(string user)
    {
        if (await desk.AskAsync(new($"Unblock {user}?", "They may connect again.", "Unblock") { ReasonRequired = true }) is { } consent)
        {
            Tell(await actions.PostAnyAsync<ActionResult>(Role.Admin, "user.unblock", $"user/{user}", Address.Of(ManagementRoutes.UserUnblock, user), new ReasonRequest { Reason = consent.Reason }), $"user/{user}");
        }
    }

    public async Task RemoveMemberAsync(string conversation, string user)
    {
        var question = new Question(
            $"Remove {user} from {conversation}?", "They keep what they have and get nothing sent after this; the other members are told. The group's owner can add them again.", "Remove")
        {
            ReasonRequired = true,
            Danger = true,
        };
        if (await desk.AskAsync(question) is { } consent)
        {
            var path = Address.Of(ManagementRoutes.MemberRemove, conversation, user);
            var target = $"conversation/{conversation}/member/{user}";
            Tell(await actions.PostAnyAsync<ActionResult>(Role.Admin, "member.remove", target, path, new ReasonRequest { Reason = consent.Reason }), target);
        }
    }

    public async Task TraceAsync(string user)
    {
        var question = new Question(
            $"Trace {user} for 10 minutes?", "When their devices connect, what they call, what is pushed to them and what they acknowledge is noted, without what is said. It ends by itself.", "Trace")
        {
            ReasonRequired = true,
        };
        if (await desk.AskAsync(question) is not { } consent)
        {
            return;
        }

        foreach (var node in fleet.Nodes)
        {
            await actions.DoAsync(Role.Operator, "user.trace", $"user/{user}", node, Address.Of(ManagementRoutes.UserTrace, user), new UserTraceRequest { Reason = consent.Reason });
        }
    }

    public async Task StopTraceAsync(string user)
    {
        foreach (var node in fleet.Nodes)
        {
            await actions.DoAsync(Role.Operator, "user.trace-stop", $"user/{user}", node, Address.Of(ManagementRoutes.UserTraceStop, user), new ReasonRequest());
        }
    }

    private void Tell(Reply<ActionResult>? reply, string target)
    {
        if (reply is not null)
        {
            actions.Tell(reply, target);
        }
    }
}
