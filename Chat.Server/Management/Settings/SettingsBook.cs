using Chat.Contracts.Management;
using Chat.Server.Workers.Ports;
using Microsoft.Extensions.Configuration.CommandLine;
using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Microsoft.Extensions.Configuration.Json;

namespace Chat.Server.Management.Settings;

/// <summary>
/// The configuration in force, key by key, with where it comes from; only sections of the product's own settings file and of its options classes, so never the
/// environment as such.
/// </summary>
internal sealed class SettingsBook(IConfiguration configuration, IEnumerable<ILiveSection> live, SettingChanges changes, ChangedRules changedRules)
{
    private const int MostKeys = 2_000;

    /// <summary>Followed while running, beside the live sections; all else is read once.</summary>
    private static readonly string[] Followed = ["Alerts:Rules:", "Logging:LogLevel:", "Telemetry:MetricsToken", "Health:StuckAfter", "Health:Maintenance"];

    private readonly Dictionary<string, LiveSetting> _live = live.SelectMany(s => s.Settings).ToDictionary(s => s.Key, StringComparer.OrdinalIgnoreCase);

    public IReadOnlyList<SettingView> All(bool withValues)
    {
        if (configuration is not IConfigurationRoot root)
        {
            return [];
        }

        var rules = changedRules.Current;
        var sections = root.Providers.OfType<JsonConfigurationProvider>().SelectMany(p => p.GetChildKeys([], null)).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return
        [
            .. sections.SelectMany(s => root.GetSection(s).AsEnumerable())
                .Where(pair => pair.Value is not null)
                .Select(pair => pair.Key)
                .Concat(OptionsCatalogue.Defaults.Keys)
                .Concat(rules.Keys)
                .Distinct(StringComparer.OrdinalIgnoreCase)
                .Order(StringComparer.Ordinal)
                .Take(MostKeys)
                .Select(key => View(root, rules, key, withValues)),
        ];
    }

    /// <summary>What it would be without the change of an operator; empty: none.</summary>
    public string Configured(string key) => configuration is IConfigurationRoot root ? Given(root, key, changed: false).Value : "";

    private SettingView View(IConfigurationRoot root, IReadOnlyDictionary<string, string> rules, string key, bool withValues)
    {
        var (value, source) = Given(root, key, changed: true);
        if (rules.TryGetValue(key, out var ruled) && !ChangedRules.IsSame(ruled, value))
        {
            (value, source) = (ruled, SettingSources.Running);
        }

        var shown = SettingMask.Show(key, value);
        var setting = _live.GetValueOrDefault(key);
        var change = changes.Of(key);
        return new()
        {
            Key = key,
            Value = withValues ? shown : null,
            Masked = shown != value,
            Source = source,
            NeedsRestart = setting is null && !Followed.Any(prefix => key.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)),
            Default = withValues && OptionsCatalogue.Defaults.TryGetValue(key, out var usual) ? SettingMask.Show(key, usual) : null,
            Configured = withValues && source == SettingSources.Running ? SettingMask.Show(key, Given(root, key, changed: false).Value) : null,
            Change = setting is null ? null : new SettingRule(setting.Kind, setting.Bounds, setting.MayBeEmpty),
            ChangedAt = change?.At,
            ChangedBy = change?.By,
        };
    }

    private static (string Value, string Source) Given(IConfigurationRoot root, string key, bool changed)
    {
        foreach (var provider in root.Providers.Reverse())
        {
            if ((changed || provider is not Workers.Runtime.RuntimeSettings) && provider.TryGet(key, out var value))
            {
                return (value ?? "", SourceOf(provider));
            }
        }

        return (OptionsCatalogue.Defaults.GetValueOrDefault(key) ?? "", SettingSources.Default);
    }

    private static string SourceOf(IConfigurationProvider provider) => provider switch
    {
        JsonConfigurationProvider => SettingSources.File,
        EnvironmentVariablesConfigurationProvider => SettingSources.Environment,
        CommandLineConfigurationProvider => SettingSources.CommandLine,
        Workers.Runtime.RuntimeSettings => SettingSources.Running,
        ChainedConfigurationProvider => SettingSources.Environment,
        _ => SettingSources.Other,
    };
}
