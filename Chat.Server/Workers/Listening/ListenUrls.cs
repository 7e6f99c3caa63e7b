using System.Net;
using System.Net.Sockets;
using Chat.Server.Workers.Ports;

namespace Chat.Server.Workers.Listening;

/// <summary>Where the process listens, read from where ASP.NET Core reads it, with port 0 already replaced by a real one.</summary>
internal static class ListenUrls
{
    public const string PublicDefault = "http://localhost:5080";
    public const string ManagementDefault = "http://localhost:5081";

    public static IReadOnlyList<string> Public(IConfiguration configuration)
    {
        if (Split(configuration["urls"]) is { Count: > 0 } urls)
        {
            return urls;
        }

        List<string> fromPorts =
        [
            .. Split(configuration["http_ports"]).Select(port => $"http://*:{port}"),
            .. Split(configuration["https_ports"]).Select(port => $"https://*:{port}"),
        ];
        return fromPorts.Count > 0 ? fromPorts : [PublicDefault];
    }

    public static string Management(IConfiguration configuration) =>
        configuration["Management:Url"] is { Length: > 0 } url ? url : ManagementDefault;

    /// <summary>
    /// Port 0 is chosen here, once: workers that each asked the kernel would each get another one, and Kestrel refuses 0 for "localhost".
    /// </summary>
    public static string WithPort(string url)
    {
        var address = Parse(url);
        if (address.IsUnixPipe || address.Port != 0)
        {
            return url;
        }

        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.TryParse(address.Host, out var ip) && ip.AddressFamily == AddressFamily.InterNetwork ? ip : IPAddress.Loopback, 0));
        return $"{address.Scheme}://{address.Host}:{((IPEndPoint)probe.LocalEndPoint!).Port}{address.PathBase}";
    }

    /// <summary>The endpoints that Kestrel will bind for the address; none for a Unix socket.</summary>
    public static IReadOnlyList<IPEndPoint> EndPoints(string url)
    {
        var address = Parse(url);
        if (address.IsUnixPipe)
        {
            return [];
        }

        if (string.Equals(address.Host, "localhost", StringComparison.OrdinalIgnoreCase))
        {
            return [new(IPAddress.Loopback, address.Port), new(IPAddress.IPv6Loopback, address.Port)];
        }

        return IPAddress.TryParse(address.Host, out var ip)
            ? [new(ip, address.Port)]
            : [new(Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any, address.Port)];
    }

    private static BindingAddress Parse(string url)
    {
        try
        {
            return BindingAddress.Parse(url);
        }
        catch (FormatException)
        {
            throw new StartRefusedException(ExitCodes.Configuration, $"\"{url}\" is no address to listen on; it should look like {PublicDefault}.");
        }
    }

    private static List<string> Split(string? list) =>
        [.. (list ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
}
