using Microsoft.Extensions.Logging;

namespace Chat.Server.Access;

/// <summary>
/// Some of the framework's log categories write down what must not be: the hosting's request lines hold the query with its
/// token, SignalR's debug lines the arguments with their bodies. They stay silent whatever the configuration says.
/// </summary>
internal static class QuietLogs
{
    private static readonly (string Category, LogLevel Least)[] Floors =
    [
        ("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Warning),
        ("Microsoft.AspNetCore.HttpLogging", LogLevel.Warning),
        ("Microsoft.AspNetCore.SignalR", LogLevel.Information),
        ("Microsoft.AspNetCore.Http.Connections", LogLevel.Information),
        ("Microsoft.AspNetCore.Authentication", LogLevel.Warning),
    ];

    public static void Apply(LoggerFilterOptions options)
    {
        var configured = options.Rules.ToList();
        foreach (var (category, least) in Floors)
        {
            // The most specific rule wins: lift those below the category, then add one for the category and each provider.
            foreach (var rule in configured)
            {
                if (rule.CategoryName?.StartsWith(category, StringComparison.OrdinalIgnoreCase) is true && rule.LogLevel < least)
                {
                    options.Rules.Remove(rule);
                    options.Rules.Add(new LoggerFilterRule(rule.ProviderName, rule.CategoryName, least, null));
                }
            }

            foreach (var provider in configured.Select(r => r.ProviderName).Append(null).Distinct())
            {
                var effective = configured.LastOrDefault(r => r.ProviderName == provider && r.CategoryName == category)?.LogLevel;
                options.Rules.Add(new LoggerFilterRule(provider, category, effective > least ? effective : least, null));
            }
        }
    }
}
