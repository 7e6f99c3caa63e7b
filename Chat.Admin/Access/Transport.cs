using System.Net;

namespace Chat.Admin.Access;

/// <summary>Where plain HTTP may be served.</summary>
internal static class Transport
{
    public static bool IsSecure(IConfiguration configuration, AdminOptions settings) =>
        settings.BehindProxy || (Urls(configuration) is { Count: > 0 } urls && urls.All(u => u.StartsWith("https://", StringComparison.OrdinalIgnoreCase)));

    /// <summary>Null, or why the console must not listen there: passwords would cross the network in the clear.</summary>
    public static string? Problem(IConfiguration configuration, AdminOptions settings)
    {
        var open = settings.BehindProxy || settings.PlainHttp ? null : Urls(configuration).FirstOrDefault(u => !u.StartsWith("https://", StringComparison.OrdinalIgnoreCase) && !IsLoopback(u));
        return open is null ? null : $"The console does not listen at {open}: without TLS it is served on this machine only. Use https, or set Admin:BehindProxy when a proxy in front speaks TLS.";
    }

    private static List<string> Urls(IConfiguration configuration) =>
        [.. (configuration["urls"] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];

    private static bool IsLoopback(string url) =>
        Uri.TryCreate(url.Replace("://*", "://0.0.0.0", StringComparison.Ordinal).Replace("://+", "://0.0.0.0", StringComparison.Ordinal), UriKind.Absolute, out var uri)
        && (uri.IsLoopback || (IPAddress.TryParse(uri.Host, out var address) && IPAddress.IsLoopback(address)));
}
