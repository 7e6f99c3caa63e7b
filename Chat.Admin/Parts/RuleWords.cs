using Chat.Contracts.Management;

namespace Chat.Admin.Parts;

/// <summary>A rule as a sentence.</summary>
internal static class RuleWords
{
    public static string Of(RuleView rule)
    {
        var (over, under) = rule.Breach == "below" ? ("<", "≥") : (">", "≤");
        var settings = rule.Settings;
        return !settings.Enabled
            ? "Not judged."
            : $"Fires when the value is {over} {Units.Of(settings.Threshold, rule.Unit)}{For(settings.ForSeconds)}; "
                + $"ends when it is {under} {Units.Of(settings.ResolveThreshold ?? settings.Threshold, rule.Unit)}{For(settings.KeepFiringSeconds)}.{(rule.IsChanged ? " An operator changed it." : "")}";
    }

    private static string For(double seconds) => seconds > 0 ? $" for {Units.Seconds(seconds)}" : "";
}
