using System.Net;
using Chat.Server.Management.Callers;
using Chat.Server.Workers.Listening;
using Microsoft.Extensions.Options;

namespace Chat.Server.Management;

internal sealed class ManagementOptionsValidator : IValidateOptions<ManagementOptions>
{
    private const int ShortestKey = 32;
    private const int LongestName = 50;

    public ValidateOptionsResult Validate(string? name, ManagementOptions options)
    {
        var problems = options.Keys.SelectMany((key, i) => Problems(key, $"Management:Keys:{i}")).ToList();
        if (options.Keys.Select(k => k.Name).Distinct(StringComparer.Ordinal).Count() < options.Keys.Length)
        {
            problems.Add("Management:Keys has a name twice; the audit log could not tell them apart.");
        }

        if (!options.PlainHttp && options.Url.StartsWith("http:", StringComparison.OrdinalIgnoreCase) && ListenUrls.EndPoints(options.Url).Any(e => !IPAddress.IsLoopback(e.Address)))
        {
            problems.Add($"Management:Url is {options.Url}, where keys would travel in the clear: use https, bind it to localhost, or set Management:PlainHttp where a proxy in front speaks TLS or the network is the containers' own.");
        }

        if (options.Keys.Length == 0 && !IsLoopback(options.Url))
        {
            problems.Add($"Management:Url is {options.Url}, which others than this machine's programs may reach: set Management:Keys (Name, Role, Key), or bind it to localhost.");
        }

        if (options.PublicUrl.Length > 0 && (!Uri.TryCreate(options.PublicUrl, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https")))
        {
            problems.Add("Management:PublicUrl is no address; it must be like https://node-1:5081, or empty.");
        }

        return problems.Count > 0 ? ValidateOptionsResult.Fail(problems) : ValidateOptionsResult.Success;
    }

    // A Unix socket has no endpoints. Its rights come from the umask, which nobody set with admins in mind: it needs keys, too.
    private static bool IsLoopback(string url) => ListenUrls.EndPoints(url) is { Count: > 0 } ends && ends.All(e => IPAddress.IsLoopback(e.Address));

    private static IEnumerable<string> Problems(ManagementKey key, string path)
    {
        if (string.IsNullOrWhiteSpace(key.Name) || key.Name.Length > LongestName || key.Name.Any(char.IsControl))
        {
            yield return $"{path}:Name must be 1 to {LongestName} printable characters.";
        }

        if (RoleNames.Parse(key.Role) is null)
        {
            yield return $"{path}:Role must be viewer, operator or admin.";
        }

        // The key itself is not repeated: this line goes to the log.
        if (key.Key.Length < ShortestKey)
        {
            yield return $"{path}:Key must have {ShortestKey} characters or more, for example from `openssl rand -hex 32`.";
        }
    }
}
