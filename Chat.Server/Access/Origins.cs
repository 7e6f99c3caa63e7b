using System.Net;
using Microsoft.Extensions.Options;

namespace Chat.Server.Access;

/// <summary>Whose pages may use the hub: a browser sends the origin, and cannot be made to lie by the page.</summary>
internal sealed class Origins(IOptions<AuthOptions> options, IHostEnvironment environment)
{
    private readonly HashSet<string> _allowed = new(options.Value.AllowedOrigins.Select(o => o.TrimEnd('/')), StringComparer.OrdinalIgnoreCase);

    /// <summary>Without an origin it is no browser, and there is nothing to check.</summary>
    public bool MayUse(HttpRequest request)
    {
        if (!request.Headers.TryGetValue("Origin", out var origin))
        {
            return true;
        }

        // The Host header decides what is the same origin; behind a TLS proxy the scheme would only mislead.
        return origin is [{ } one] && (IsListed(one) || (Uri.TryCreate(one, UriKind.Absolute, out var uri)
            && new HostString(uri.Authority) == Normal(request.Host, uri)));
    }

    public bool IsListed(string origin) => _allowed.Contains(origin) || (environment.IsDevelopment() && IsLoopback(origin));

    private static HostString Normal(HostString host, Uri origin) =>
        host.Port == (origin.Scheme == Uri.UriSchemeHttps ? 443 : 80) ? new HostString(host.Host) : host;

    private static bool IsLoopback(string origin) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.IsLoopback;
}
