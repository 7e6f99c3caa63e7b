using System.Runtime.InteropServices;
using Chat.Contracts.Management;
using Chat.Server.Management.Api;
using Chat.Server.Management.Callers;
using Chat.Server.Management.Views;

namespace Chat.Server.Management.Routes;

internal sealed class SettingRoutes(SettingsBook settings, LogLevelDesk levels) : IManagementRoutes
{
    private const double Longest = 86_400;
    private const double Usual = 900;

    public void Map(ManagementMap map)
    {
        map.Get<SettingsAnswer>(ManagementRoutes.Settings, "The configuration in force, secrets masked", All);
        map.Post<LogLevelRequest, ActionResult>(
            ManagementRoutes.LogLevel, new("settings.log-level", ManagementRole.Admin), "Changes a log level in all processes for a while", SetLevel);
    }

    private Reply<SettingsAnswer> All(ManagementCall call) => new SettingsAnswer
    {
        Settings = settings.All(withValues: call.Caller.May(ManagementRole.Operator)),
        LogLevels = levels.Current,
        Version = NodeIdentity.Version,
        Runtime = RuntimeInformation.FrameworkDescription,
    };

    private Reply<ActionResult> SetLevel(ManagementCall call, LogLevelRequest body)
    {
        if (RequestBody.CheckReason(call, body.Reason) is { } wrong)
        {
            return wrong;
        }

        if (body.Category is not { } category || levels.Current.FirstOrDefault(l => l.Category == category) is not { } now)
        {
            return Refusal.NotFound("log category with a level of its own");
        }

        LogLevel? level = null;
        if (body.Level is { } text)
        {
            if (!Enum.TryParse<LogLevel>(text, ignoreCase: false, out var named) || !Enum.IsDefined(named) || char.IsDigit(text[0]))
            {
                return Refusal.Invalid($"level is one of {string.Join(", ", Enum.GetNames<LogLevel>())}.");
            }

            level = named;
        }

        if (body.Seconds is { } seconds && !(seconds >= 1 && seconds <= Longest))
        {
            return Refusal.Invalid($"seconds is a number from 1 to {Longest}.");
        }

        call.Object = $"log-level/{category}";
        (call.Before, call.After) = (now.Level, body.Level ?? "as configured");
        levels.Set(category, level, TimeSpan.FromSeconds(body.Seconds ?? Usual));
        return new ActionResult { Outcome = ActionOutcomes.Done, Text = level is null ? "It is as configured." : "It goes back by itself.", Count = 1, CorrelationId = call.CorrelationId };
    }
}
