using Chat.Admin.Access;
using Chat.Contracts;
using Chat.Contracts.Management;
using Microsoft.AspNetCore.Components.Authorization;
using Radzen;

namespace Chat.Admin.ServerApi;

/// <summary>
/// Everything that changes something goes through here: the role is looked up anew with each call, whatever the page shows;
/// a refusal is put down; the result is told. The node checks the role once more.
/// </summary>
internal sealed class Actions(
    IServerApi api,
    SharedReads reads,
    UserBook users,
    AuthenticationStateProvider authentication,
    IAuditTrail audit,
    NotificationService toasts)
{
    private const double ToastMilliseconds = 6000;

    /// <summary>Who acts, if they may; a refusal is told and put down.</summary>
    public async Task<Actor?> AllowAsync(Role least, string action, string target)
    {
        var claimed = Actor.Of((await authentication.GetAuthenticationStateAsync()).User);
        var found = users.Resolve(claimed?.SessionId);
        if (found is { } good && good.User.Role >= least)
        {
            return claimed! with { Role = good.User.Role };
        }

        var who = new AuditActor(claimed?.Name ?? "", found is null ? "none" : $"{found.Value.User.Role}", claimed?.Address ?? "");
        audit.Record(who, action, target, "refused", $"needs {least}");
        Tell(NotificationSeverity.Error, "Not allowed", $"That needs the role {least}.");
        return null;
    }

    /// <summary>One POST to one node. Null: refused here, and told.</summary>
    public async Task<Reply<T>?> PostAsync<T>(Role least, string action, string target, string node, string path, object body)
        where T : class
    {
        if (await AllowAsync(least, action, target) is not { } actor)
        {
            return null;
        }

        var reply = await api.PostAsync<T>(node, path, body, actor, CancellationToken.None);
        reads.Forget();
        return reply;
    }

    /// <summary>An action with the usual answer; true when it is so now.</summary>
    public async Task<bool> DoAsync(Role least, string action, string target, string node, string path, object? body = null)
    {
        var reply = await PostAsync<ActionResult>(least, action, target, node, path, body ?? new { });
        if (reply is null)
        {
            return false;
        }

        Tell(reply, target);
        return reply.Value is not null;
    }

    /// <summary>The same on any node that answers: for what lies in the shared database.</summary>
    public async Task<Reply<T>?> PostAnyAsync<T>(Role least, string action, string target, string path, object body)
        where T : class
    {
        if (await AllowAsync(least, action, target) is not { } actor)
        {
            return null;
        }

        var last = Reply<T>.Failed(ReplyCodes.Unreachable, "No node is configured.");
        foreach (var node in api.Nodes)
        {
            last = await api.PostAsync<T>(node, path, body, actor, CancellationToken.None);
            if (last.Error?.Code is not ReplyCodes.Unreachable)
            {
                break;
            }
        }

        reads.Forget();
        return last;
    }

    public void Tell(Reply<ActionResult> reply, string target)
    {
        switch (reply)
        {
            case { Value: { } result }:
                var text = result.Text.Length > 0 ? result.Text : target;
                var partial = result.Partial is { } p ? $" ({p.Text})" : "";
                Tell(result.Partial is null ? NotificationSeverity.Success : NotificationSeverity.Warning, result.Outcome == ActionOutcomes.Already ? "Already so" : "Done", text + partial);
                break;
            case { Error: { } error }:
                Tell(error, target);
                break;
        }
    }

    public void Tell(ChatError error, string target) =>
        Tell(NotificationSeverity.Error, "Failed", $"{target}: {error.Message}{(error.TraceId is { } id ? $" (trace {id})" : "")}");

    public void Tell(NotificationSeverity severity, string title, string text) =>
        toasts.Notify(new NotificationMessage { Severity = severity, Summary = title, Detail = text, Duration = ToastMilliseconds });
}
