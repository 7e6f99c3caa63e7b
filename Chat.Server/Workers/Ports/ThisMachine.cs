using System.Net;

namespace Chat.Server.Workers.Ports;

/// <summary>Tells requests of this machine's own programs from all others, for what these may do without a key.</summary>
internal static class ThisMachine
{
    /// <summary>It came over loopback, and no proxy of this machine says that it brings it for somebody else.</summary>
    public static bool Sent(HttpContext context) =>
        context.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address)
        && !context.Request.Headers.ContainsKey("X-Forwarded-For") && !context.Request.Headers.ContainsKey("Forwarded");

    /// <summary>A page of another origin, open in a browser on this machine, is not this machine's operator; nor is a name that was made to point here.</summary>
    public static bool IsPageOfElsewhere(HttpContext context)
    {
        var host = context.Request.Host.Host;
        var local = string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host, out var ip) && IPAddress.IsLoopback(ip));
        var origin = context.Request.Headers.Origin.ToString();
        return !local || (origin.Length > 0 && origin != $"{context.Request.Scheme}://{context.Request.Host}");
    }
}
