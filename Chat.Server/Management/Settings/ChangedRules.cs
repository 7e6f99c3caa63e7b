using System.Globalization;
using Chat.Server.Alerts;

namespace Chat.Server.Management.Settings;

/// <summary>What operators changed of the alerts' rules, as settings: the alerts keep it themselves, over the configuration.</summary>
internal sealed class ChangedRules(IAlertBook book)
{
    public IReadOnlyDictionary<string, string> Current => book.Current.Rules
        .Where(r => r.IsChanged)
        .SelectMany(r => new (string Name, string Value)[]
        {
            ("Enabled", r.Settings.Enabled.ToString()),
            ("Threshold", r.Settings.Threshold.ToString(CultureInfo.InvariantCulture)),
            ("For", r.Settings.For.ToString("c", CultureInfo.InvariantCulture)),
        }.Select(s => KeyValuePair.Create($"{AlertsOptions.Section}:Rules:{r.Name}:{s.Name}", s.Value)))
        .ToDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>Numbers and times may be written in several ways.</summary>
    public static bool IsSame(string one, string other) =>
        one.Equals(other, StringComparison.OrdinalIgnoreCase)
        || (double.TryParse(one, CultureInfo.InvariantCulture, out var a) && double.TryParse(other, CultureInfo.InvariantCulture, out var b) && a.Equals(b))
        || (TimeSpan.TryParse(one, CultureInfo.InvariantCulture, out var c) && TimeSpan.TryParse(other, CultureInfo.InvariantCulture, out var d) && c == d);
}
