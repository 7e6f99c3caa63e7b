using Chat.Contracts.Management;
using Microsoft.Extensions.Configuration.CommandLine;
using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Microsoft.Extensions.Configuration.Json;

namespace Chat.Server.Management.Views;

/// <summary>The configuration in force, key by key, with where it comes from; only sections of the product's own settings file, so never the environment as such.</summary>
internal sealed class SettingsBook(IConfiguration configuration)
{
    private const int MostKeys = 2_000;

    /// <summary>Followed while running; all else is read once.</summary>
    private static readonly string[] Live = ["Alerts:Rules:", "Logging:LogLevel:", "Telemetry:MetricsToken", "Health:StuckAfter"];

    public IReadOnlyList<SettingView> All(bool withValues)
    {
        if (configuration is not IConfigurationRoot root)
        {
            return [];
        }

        var sections = root.Providers.OfType<JsonConfigurationProvider>().SelectMany(p => p.GetChildKeys([], null)).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return
        [
            .. sections.Order(StringComparer.Ordinal)
                .SelectMany(s => root.GetSection(s).AsEnumerable())
                .Where(pair => pair.Value is not null)
                .Take(MostKeys)
                .OrderBy(pair => pair.Key, StringComparer.Ordinal)
                .Select(pair => View(root, pair.Key, pair.Value!, withValues)),
        ];
    }

    private static SettingView View(IConfigurationRoot root, string key, string value, bool withValues)
    {
        var shown = SettingMask.Show(key, value);
        return new()
        {
            Key = key,
            Value = withValues ? shown : null,
            Masked = shown != value,
            Source = SourceOf(root, key),
            NeedsRestart = !Live.Any(prefix => key.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)),
        };
    }

    private static string SourceOf(IConfigurationRoot root, string key) => root.Providers.Reverse().FirstOrDefault(p => p.TryGet(key, out _)) switch
    {
        JsonConfigurationProvider => "file",
        EnvironmentVariablesConfigurationProvider => "environment",
        CommandLineConfigurationProvider => "command line",
        Workers.Runtime.RuntimeSettings => "running",
        ChainedConfigurationProvider => "environment",
        _ => "other",
    };
}
