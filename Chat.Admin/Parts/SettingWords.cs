using Chat.Contracts.Management;

namespace Chat.Admin.Parts;

/// <summary>How settings are told.</summary>
internal static class SettingWords
{
    public static string Value(string? value) => value switch { null => "–", "" => "none", _ => value };

    public static string Source(string source) => source == SettingSources.Running ? "changed here" : source;

    public static string Rule(SettingRule rule) =>
        (rule.Kind == "time span" ? "time span, d.hh:mm:ss" : rule.Kind) + (rule.Bounds.Length > 0 ? $", {rule.Bounds}" : "") + (rule.MayBeEmpty ? "; empty: none" : "");

    /// <summary>Less of it, and events are removed for good.</summary>
    public static bool IsGrave(string key) => key is "Retention:MaxAge" or "Retention:MaxEvents";
}
