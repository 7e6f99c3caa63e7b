using System.Net;
using System.Net.Sockets;

namespace Chat.Server.Telemetry;

/// <summary>Enough of an address to tell networks apart and not enough to tell people apart.</summary>
internal static class MaskedAddress
{
    public static string Of(IPAddress? address)
    {
        if (address is null)
        {
            return "";
        }

        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        if (IPAddress.IsLoopback(address))
        {
            return "loopback";
        }

        var bytes = address.GetAddressBytes();
        return address.AddressFamily == AddressFamily.InterNetwork
            ? $"{bytes[0]}.{bytes[1]}.{bytes[2]}.x"
            : $"{bytes[0]:x2}{bytes[1]:x2}:{bytes[2]:x2}{bytes[3]:x2}:{bytes[4]:x2}{bytes[5]:x2}::x";
    }

    /// <summary>What is no address is not shown at all.</summary>
    public static string Of(string? text) => IPAddress.TryParse(text, out var address) ? Of(address) : "";
}
