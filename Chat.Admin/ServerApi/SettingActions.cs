using Chat.Admin.Access;
using Chat.Admin.Parts;
using Chat.Admin.Parts.Dialogs;
using Chat.Contracts.Management;

namespace Chat.Admin.ServerApi;

/// <summary>What an admin changes while the nodes run; on all of them.</summary>
internal sealed class SettingActions(Actions actions, Fleet fleet, DialogDesk desk)
{
    public async Task MaintenanceAsync(bool on)
    {
        var question = on
            ? new Question("Begin maintenance?", "The nodes say that they are not ready, so that load balancers send no newcomers. Alerts are judged, but only the loss of the database or of all workers is told.", "Begin") { ReasonRequired = true }
            : new Question("End maintenance?", "The nodes are ready again, and all alerts are told.", "End") { ReasonRequired = true };
        if (await desk.AskAsync(question) is { } consent)
        {
            await EverywhereAsync("maintenance", "node", ManagementRoutes.Maintenance, new MaintenanceRequest { On = on, Reason = consent.Reason });
        }
    }

    public async Task LogLevelAsync()
    {
        var draft = new LogLevelDraft();
        var question = new Question("Change a log level?", "It goes back by itself when the time is over.", "Change")
        {
            ReasonRequired = true,
            Body = builder =>
            {
                builder.OpenComponent<LogLevelFields>(0);
                builder.AddComponentParameter(1, nameof(LogLevelFields.Draft), draft);
                builder.CloseComponent();
            },
            Problem = () => draft.Category.Trim().Length == 0 ? "Name a category, or Default for all." : null,
        };
        if (await desk.AskAsync(question) is { } consent)
        {
            await EverywhereAsync(
                "log-level", draft.Category, ManagementRoutes.LogLevel,
                new LogLevelRequest { Category = draft.Category.Trim(), Level = draft.Level.Length == 0 ? null : draft.Level, Seconds = draft.Minutes * 60, Reason = consent.Reason });
        }
    }

    public async Task ChangeAsync(SettingView setting)
    {
        var draft = new SettingDraft { Value = setting.Value ?? "" };
        var question = Ask(setting, $"Change {setting.Key}?", "It holds at once in all workers, and after a restart, until it is changed back.", "Change") with
        {
            Body = builder =>
            {
                builder.OpenComponent<SettingFields>(0);
                builder.AddComponentParameter(1, nameof(SettingFields.Draft), draft);
                builder.AddComponentParameter(2, nameof(SettingFields.Setting), setting);
                builder.CloseComponent();
            },
            Problem = () => draft.Value.Trim().Length == 0 && !setting.Change!.MayBeEmpty ? "Give a value." : null,
        };
        if (await desk.AskAsync(question) is { } consent)
        {
            await SetAsync(setting, draft.Value.Trim(), consent);
        }
    }

    public async Task ResetAsync(SettingView setting)
    {
        var back = $"It goes back to what is configured, {SettingWords.Value(setting.Configured)}, at once in all workers.";
        if (await desk.AskAsync(Ask(setting, $"Reset {setting.Key}?", back, "Reset")) is { } consent)
        {
            await SetAsync(setting, null, consent);
        }
    }

    private static Question Ask(SettingView setting, string title, string effect, string confirm)
    {
        var grave = SettingWords.IsGrave(setting.Key);
        return new(title, grave ? $"{effect} Events that are over then are removed for good, of all nodes that share the database." : effect, confirm)
        {
            ReasonRequired = true,
            Danger = grave,
            Typed = grave ? setting.Key : null,
        };
    }

    private Task SetAsync(SettingView setting, string? value, Consent consent) => EverywhereAsync(
        "setting", setting.Key, ManagementRoutes.SettingChange, new SettingRequest { Key = setting.Key, Value = value, Reason = consent.Reason });

    private async Task EverywhereAsync(string action, string target, string path, object body)
    {
        foreach (var node in fleet.Nodes)
        {
            await actions.DoAsync(Role.Admin, action, target, node, path, body);
        }
    }
}
