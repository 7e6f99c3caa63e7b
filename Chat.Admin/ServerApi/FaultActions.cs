using Chat.Admin.Access;
using Chat.Admin.Parts.Dialogs;
using Chat.Contracts.Management;

namespace Chat.Admin.ServerApi;

/// <summary>Losses that a server in Development pretends, with the question before it.</summary>
internal sealed class FaultActions(Actions actions, DialogDesk desk)
{
    public async Task BeginAsync(string node, string id, string title, string effect, int seconds)
    {
        if (await desk.AskAsync(new($"Pretend it on {node}: {title}?", $"{effect} It ends by itself after {seconds} s. Only a server in Development does this.", "Pretend")) is not null)
        {
            await actions.DoAsync(Role.Admin, "fault.begin", $"fault/{id}", node, Address.Of(ManagementRoutes.Fault, id), new FaultRequest { Seconds = seconds });
        }
    }

    /// <summary>Without a question: it is the way back.</summary>
    public Task EndAsync(string node, string id) =>
        actions.DoAsync(Role.Admin, "fault.end", $"fault/{id}", node, Address.Of(ManagementRoutes.FaultEnd, id));
}
