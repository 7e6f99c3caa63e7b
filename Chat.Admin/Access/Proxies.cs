using System.Net;
using Microsoft.AspNetCore.HttpOverrides;

namespace Chat.Admin.Access;

/// <summary>Whose word counts on where a request came from.</summary>
internal static class Proxies
{
    /// <summary>Null when all of them are addresses or networks.</summary>
    public static string? Problem(AdminOptions settings) =>
        Array.Find(settings.KnownProxies, p => !IPAddress.TryParse(p, out _) && !System.Net.IPNetwork.TryParse(p, out _)) is { } wrong
            ? $"Admin:KnownProxies: '{wrong}' is neither an IP address nor a network such as 10.0.0.0/8."
            : null;

    public static void Apply(ForwardedHeadersOptions forwarded, AdminOptions settings)
    {
        forwarded.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
        if (settings.KnownProxies.Length == 0)
        {
            // The framework's own list: this machine.
            return;
        }

        forwarded.KnownProxies.Clear();
        forwarded.KnownIPNetworks.Clear();
        foreach (var proxy in settings.KnownProxies)
        {
            if (IPAddress.TryParse(proxy, out var address))
            {
                forwarded.KnownProxies.Add(address);
            }
            else
            {
                forwarded.KnownIPNetworks.Add(System.Net.IPNetwork.Parse(proxy));
            }
        }
    }
}
