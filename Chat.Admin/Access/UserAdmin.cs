using Chat.Admin.Parts.Dialogs;
using Chat.Admin.ServerApi;
using Microsoft.Extensions.Options;
using Radzen;

namespace Chat.Admin.Access;

/// <summary>Changes to who may sign in. As with all actions the role is checked here, whatever the page shows, and each change is put down.</summary>
internal sealed class UserAdmin(Actions actions, UserBook users, IAuditTrail audit, DialogDesk desk, IOptions<AdminOptions> options)
{
    public Task<bool> AddAsync(string name, string password, Role role) =>
        DoAsync("user.create", name, () => users.Add(name, password, role), $"role {role}");

    public Task<bool> SetRoleAsync(string name, Role role) =>
        DoAsync("user.change", name, () => users.SetRole(name, role), $"role {role}");

    public Task<bool> SetDisabledAsync(string name, bool disabled) =>
        DoAsync("user.change", name, () => users.SetDisabled(name, disabled), disabled ? "disabled" : "enabled");

    public async Task<bool> RemoveAsync(string name) =>
        await desk.AskAsync(new($"Delete the user {name}?", "Their sessions end at once. There is no undo.", "Delete") { Typed = name, Danger = true }) is not null
        && await DoAsync("user.remove", name, () => users.Remove(name), null);

    public Task<bool> SetPasswordAsync(string name, string password) =>
        DoAsync("user.change", name, () => users.SetPassword(name, password), "password");

    /// <summary>One's own; the current one must be known.</summary>
    public async Task<string?> ChangeOwnAsync(string current, string fresh)
    {
        if (await actions.AllowAsync(Role.Viewer, "user.change", "own password") is not { } actor)
        {
            return "Your session has ended.";
        }

        var problem = users.Check(actor.Name, current) is null ? "The current password is another." : users.SetPassword(actor.Name, fresh, exceptSession: actor.SessionId);
        audit.Record(new(actor.Name, $"{actor.Role}", actor.Address), "user.change", $"user/{actor.Name}", problem is null ? "done" : "failed", "own password");
        return problem;
    }

    public IReadOnlyList<ConsoleSession> OwnSessions(Actor actor) => users.SessionsOf(actor.Name, options.Value.SessionLifetime);

    public async Task RevokeAsync(string session)
    {
        if (await actions.AllowAsync(Role.Viewer, "signout", "session") is { } actor)
        {
            users.End(s => s.Id == session && (s.User == actor.Name || actor.May(Role.Admin)));
            audit.Record(new(actor.Name, $"{actor.Role}", actor.Address), "signout", $"session/{session[..8]}", "done");
        }
    }

    private async Task<bool> DoAsync(string action, string name, Func<string?> change, string? detail)
    {
        if (await actions.AllowAsync(Role.Admin, action, $"user/{name}") is not { } actor)
        {
            return false;
        }

        var problem = change();
        audit.Record(new(actor.Name, $"{actor.Role}", actor.Address), action, $"user/{name}", problem is null ? "done" : "failed", problem ?? detail);
        actions.Tell(problem is null ? NotificationSeverity.Success : NotificationSeverity.Error, problem is null ? "Done" : "Failed", problem ?? name);
        return problem is null;
    }
}
