using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Chat.Contracts.Management;
using Chat.Server.Management.Api;
using Chat.Server.Management.Callers;
using Chat.Server.Management.Settings;
using Chat.Server.Management.Views;
using Chat.Server.Workers.Ports;

namespace Chat.Server.Management.Routes;

internal sealed partial class SettingRoutes(SettingsBook settings, SettingChanges changes, LogLevelDesk levels) : IManagementRoutes
{
    private static readonly AboutAnswer About = AboutAnswer.Of(typeof(SettingRoutes).Assembly);

    private const double Longest = 86_400;
    private const double Usual = 900;
    private const int LongestName = 200;

    public void Map(ManagementMap map)
    {
        map.Get<SettingsAnswer>(ManagementRoutes.Settings, "The configuration in force, secrets masked", All);
        map.Get<AboutAnswer>(ManagementRoutes.About, "Version, runtime, and what goes out with the server", _ => About, role: ManagementRole.Admin);
        map.Post<LogLevelRequest, ActionResult>(
            ManagementRoutes.LogLevel, new("settings.log-level", ManagementRole.Admin), "Changes a log level in all processes for a while", SetLevel);
        map.Post<SettingRequest, ActionResult>(
            ManagementRoutes.SettingChange, new("settings.change", ManagementRole.Admin), "Changes a setting in all processes, over restarts, until it is changed back", Change);
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

        if (body.Category is not { } category || category.Length > LongestName || !CategoryName().IsMatch(category))
        {
            return Refusal.Invalid("category is the beginning of a log category, up to a dot of it: Chat.Server.Delivery; or Default.");
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
        (call.Before, call.After) = (levels.Of(category).ToString(), body.Level ?? "as configured");
        if (!levels.TrySet(category, level, TimeSpan.FromSeconds(body.Seconds ?? Usual)))
        {
            return new Refusal(ManagementCodes.Conflict, "Too many log levels are changed already; let some go back first.");
        }

        return new ActionResult { Outcome = ActionOutcomes.Done, Text = level is null ? "It is as configured." : "It goes back by itself.", Count = 1, CorrelationId = call.CorrelationId };
    }

    private Reply<ActionResult> Change(ManagementCall call, SettingRequest body)
    {
        if (RequestBody.NeedReason(call, body.Reason) is { } wrong)
        {
            return wrong;
        }

        if (body.Key is not { } key || changes.Find(key) is not { } setting)
        {
            return Refusal.NotFound("setting that can be changed while the server runs");
        }

        call.Object = $"setting/{setting.Key}";
        var before = changes.Of(setting.Key);
        var configured = settings.Configured(setting.Key);
        call.Before = Shown(before?.Value ?? configured);
        if (body.Value is null)
        {
            if (before is not null && changes.Try(setting, configured) is LiveTrial.Bad unfit)
            {
                // The processes would refuse it and keep the change that is said to be gone.
                return new Refusal(ManagementCodes.Conflict, $"What is configured is not good; correct it first. {unfit.Problem}");
            }

            call.After = $"as configured: {Shown(configured)}";
            return Result(call, before is null, before is null || changes.Set(setting, null, call.Caller.Name), $"It is as configured: {Shown(configured)}.");
        }

        switch (changes.Try(setting, body.Value))
        {
            case LiveTrial.Bad bad:
                return Refusal.Invalid(bad.Problem);
            case LiveTrial.Good good:
                call.After = Shown(good.Value);
                var same = before?.Value == good.Value;
                return Result(call, same, same || changes.Set(setting, good.Value, call.Caller.Name), $"{setting.Key} is {Shown(good.Value)} now.");
            default:
                throw new InvalidOperationException("There is no third outcome.");
        }
    }

    private static ActionResult Result(ManagementCall call, bool already, bool kept, string text) => new()
    {
        Outcome = already ? ActionOutcomes.Already : ActionOutcomes.Done,
        Text = kept ? text : $"{text} It could not be kept on disk: a restart will have forgotten it.",
        Count = already ? 0 : 1,
        CorrelationId = call.CorrelationId,
    };

    private static string Shown(string value) => value.Length == 0 ? "none" : value;

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_+`\-]*(\.[A-Za-z0-9_+`\-]+)*$")]
    private static partial Regex CategoryName();
}
