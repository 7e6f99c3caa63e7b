using System.Data.Common;
using System.Net;

namespace Chat.Server.Management.Settings;

/// <summary>What of a setting may be seen. What is not known to be harmless is masked.</summary>
internal static class SettingMask
{
    public const string Masked = "••••";

    private static readonly string[] Secretive = ["key", "secret", "password", "pwd", "token", "credential", "certificate", "signature", "authorization", "passphrase"];
    private static readonly string[] Harmless = ["Host", "Server", "Port", "Database", "Data Source"];

    /// <summary>
    /// Ends of keys that have such a word and no secret: whose key it is, how long a token lives, the rule about certificates. By the key and never by the
    /// value: a password may be a number, too.
    /// </summary>
    private static readonly string[] Exempt =
        [":Name", ":Role", ":Roles", ":Delegates", "TokenLifetime", ":Enabled", ":Threshold", ":For", ":KeepFiringFor"];

    public static string Show(string key, string value)
    {
        if (value.Length == 0)
        {
            return value;
        }

        if (key.StartsWith("ConnectionStrings:", StringComparison.OrdinalIgnoreCase))
        {
            return ShowConnection(key, value);
        }

        if (Secretive.Any(word => key.Contains(word, StringComparison.OrdinalIgnoreCase)) && !Exempt.Any(end => key.EndsWith(end, StringComparison.OrdinalIgnoreCase)))
        {
            return Masked;
        }

        return value.Contains("://", StringComparison.Ordinal) ? ShowAddresses(value) : value.Contains('@') || value.Contains("password", StringComparison.OrdinalIgnoreCase) ? Masked : value;
    }

    /// <summary>Host and database only. Redis' form is a list that begins with hosts.</summary>
    private static string ShowConnection(string key, string value)
    {
        if (key.EndsWith(":Redis", StringComparison.OrdinalIgnoreCase))
        {
            var hosts = value.Split(',').TakeWhile(part => !part.Contains('=') && !part.Contains('@') && !part.Contains("://", StringComparison.Ordinal)).ToArray();
            return hosts.Length == value.Split(',').Length ? value : string.Join(',', [.. hosts, Masked]);
        }

        try
        {
            var given = new DbConnectionStringBuilder { ConnectionString = value };
            var parts = Harmless.Where(given.ContainsKey).Select(name => $"{name}={given[name]}").ToList();
            return parts.Count == 0 ? Masked : string.Join(';', parts.Count < given.Count ? [.. parts, Masked] : parts);
        }
        catch (ArgumentException)
        {
            return Masked;
        }
    }

    /// <summary>An address may carry a secret anywhere behind its host: webhooks do.</summary>
    private static string ShowAddresses(string value) => string.Join(';', value.Split(';').Select(text =>
        !Uri.TryCreate(text, UriKind.Absolute, out var uri)
            ? Masked
            : uri.UserInfo.Length == 0 && (uri.PathAndQuery.Length <= 1 || IsOwn(uri)) ? text : $"{uri.Scheme}://{uri.Authority}/{Masked}"));

    private static bool IsOwn(Uri uri) => uri.Query.Length == 0 && (uri.IsLoopback || (IPAddress.TryParse(uri.Host, out var ip) && IPAddress.IsLoopback(ip)));
}
