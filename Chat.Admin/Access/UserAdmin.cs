using Chat.Admin.Access.Codes;
using Chat.Admin.Parts;
using Chat.Admin.Parts.Dialogs;
using Chat.Admin.ServerApi;
using Radzen;

namespace Chat.Admin.Access;

/// <summary>Changes to who may sign in. As with all actions the role is checked here, whatever the page shows, and each change is put down.</summary>
internal sealed class UserAdmin(Actions actions, UserBook users, SecondFactors second, SignInLimiter limiter, IAuditTrail audit, DialogDesk desk)
{
    public Task<bool> AddAsync(string name, string password, Role role) =>
        DoAsync("user.create", name, () => users.Add(name, password, role), $"role {role}");

    public Task<bool> SetRoleAsync(string name, Role role) =>
        DoAsync("user.change", name, () => users.SetRole(name, role), "role", new($"{users.Find(name)?.Role}", $"{role}"));

    public Task<bool> SetDisabledAsync(string name, bool disabled) =>
        DoAsync("user.change", name, () => users.SetDisabled(name, disabled), disabled ? "disabled" : "enabled", new(StateOf(users.Find(name)?.Disabled), StateOf(disabled)));

    public async Task<bool> RemoveAsync(string name) =>
        await desk.AskAsync(new($"Delete the user {name}?", "Their sessions end at once. There is no undo.", "Delete") { Typed = name, Danger = true }) is not null
        && await DoAsync("user.remove", name, () => users.Remove(name), null);

    /// <summary>Somebody else's, when they have forgotten it. One's own asks for the current one.</summary>
    public async Task<bool> SetPasswordAsync(string name)
    {
        var draft = new PasswordDraft { User = name };
        return await desk.AskAsync(new($"Set a new password for {name}?", "Their sessions end at once. Tell it to them where nobody else reads along, and let them change it.", "Set") { Body = draft.Body, Problem = draft.Problem, Danger = true }) is not null
            && await DoAsync("user.change", name, () => users.SetPassword(name, draft.Password), "password");
    }

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

    /// <summary>Somebody else's, when their device is lost and their recovery codes are, too.</summary>
    public async Task<bool> TurnOffSecondAsync(string name) =>
        await desk.AskAsync(new($"Turn off the one-time codes of {name}?", "From then on the password alone lets them in. Their sessions end at once.", "Turn off") { Danger = true }) is not null
        && await DoAsync("user.change", name, () => users.SetSecond(name, null), "one-time codes off");

    /// <summary>One's own second factor, from the code that the app shows for a secret that is not kept yet.</summary>
    public Task<(IReadOnlyList<string>? Recovery, string? Problem)> TurnOnOwnSecondAsync(byte[] secret, string password, string code) => ChangeOwnSecondAsync(
        "one-time codes on", password, actor => second.TurnOn(actor.Name, secret, code, actor.SessionId) is { } recovery ? (recovery, null) : (null, WrongCode));

    public Task<(IReadOnlyList<string>? Recovery, string? Problem)> RenewOwnRecoveryAsync(string password, string code) => ChangeOwnSecondAsync(
        "new recovery codes", password, actor => second.Use(actor.Name, code) is CodeOutcome.Wrong ? (null, WrongCode) : (second.RenewRecovery(actor.Name), null));

    public async Task<string?> TurnOffOwnSecondAsync(string password, string code) => (await ChangeOwnSecondAsync(
        "one-time codes off", password, actor => (null, second.Use(actor.Name, code) is CodeOutcome.Wrong ? WrongCode : users.SetSecond(actor.Name, null, actor.SessionId)))).Problem;

    public IReadOnlyList<ConsoleSession> OwnSessions(Actor actor) => users.SessionsOf(actor.Name);

    public async Task RevokeAsync(string session)
    {
        if (await actions.AllowAsync(Role.Viewer, "signout", "session") is { } actor)
        {
            users.End(s => s.Id == session && (s.User == actor.Name || actor.May(Role.Admin)));
            audit.Record(new(actor.Name, $"{actor.Role}", actor.Address), "signout", $"session/{session[..8]}", "done");
        }
    }

    private const string WrongCode = "That code is wrong, too old, or was used already.";

    // An open page that somebody left is no place to guess at: limited as signing in is.
    private async Task<(IReadOnlyList<string>? Recovery, string? Problem)> ChangeOwnSecondAsync(
        string what, string password, Func<Actor, (IReadOnlyList<string>? Recovery, string? Problem)> change)
    {
        if (await actions.AllowAsync(Role.Viewer, "user.change", "own one-time codes") is not { } actor)
        {
            return (null, "Your session has ended.");
        }

        if (limiter.Wait(actor.Name, actor.Address) is { } wait)
        {
            return (null, $"Too many attempts. Try again in {Math.Ceiling(wait.TotalMinutes)} min.");
        }

        var result = users.Check(actor.Name, password) is null ? (null, "The password is another.") : change(actor);
        if (result.Problem is null)
        {
            limiter.Succeeded(actor.Name, actor.Address);
        }
        else
        {
            limiter.Failed(actor.Name, actor.Address);
        }

        audit.Record(new(actor.Name, $"{actor.Role}", actor.Address), "user.change", $"user/{actor.Name}", result.Problem is null ? "done" : "failed", what);
        return result;
    }

    private static string StateOf(bool? disabled) => disabled switch { true => "disabled", false => "active", null => "" };

    private async Task<bool> DoAsync(string action, string name, Func<string?> change, string? detail, AuditChange? states = null)
    {
        if (await actions.AllowAsync(Role.Admin, action, $"user/{name}") is not { } actor)
        {
            return false;
        }

        var problem = change();
        audit.Record(new(actor.Name, $"{actor.Role}", actor.Address), action, $"user/{name}", problem is null ? "done" : "failed", problem ?? detail, problem is null ? states : null);
        actions.Tell(problem is null ? NotificationSeverity.Success : NotificationSeverity.Error, problem is null ? "Done" : "Failed", problem ?? name);
        return problem is null;
    }
}
