using System.Net;
using Chat.Server.Workers.Ports;

namespace Chat.Server.Access;

/// <summary>Every limit on how often and how many.</summary>
internal sealed class AccessLimits
{
    private readonly AccessMeter _meter;
    private readonly ConnectionCounts _connections = new();
    private volatile RateLimits _now;

    public AccessLimits(LiveSection<LimitsOptions> options, AccessMeter meter, TimeProvider time)
    {
        _meter = meter;
        _now = RateLimits.Of(options.Current, time);
        options.Changed += () => _now = RateLimits.Of(options.Current, time, _now);
    }

    public bool TrySend(string user, int count, out TimeSpan retryAfter) =>
        Counted("send", (Callers.IsServiceName(user) ? _now.ServiceSends : _now.Sends).TryTake(user, count, out retryAfter));

    public bool TryCall(string user, out TimeSpan retryAfter) =>
        Counted("call", (Callers.IsServiceName(user) ? _now.ServiceCalls : _now.Calls).TryTake(user, 1, out retryAfter));

    public bool TrySignal(string connection, out TimeSpan retryAfter) => Counted("signal", _now.Signals.TryTake(connection, 1, out retryAfter));

    /// <summary>Before it is known who it is: counts the address.</summary>
    public bool TryConnectFrom(HttpContext context, out TimeSpan retryAfter)
    {
        retryAfter = TimeSpan.Zero;
        return IsExempt(context) || Counted("address_connect", _now.AddressConnects.TryTake(AddressKey(context.Connection.RemoteIpAddress), 1, out retryAfter));
    }

    public bool TryConnectAs(HttpContext context, string user, out TimeSpan retryAfter)
    {
        retryAfter = TimeSpan.Zero;
        return IsExempt(context) || Counted("user_connect", _now.UserConnects.TryTake(user, 1, out retryAfter));
    }

    /// <summary>Counts a connection; <see cref="Leave"/> must follow when it was let in.</summary>
    public bool TryEnter(HttpContext? context, string user) =>
        Counted("connections", _connections.TryEnter(user, context is null || IsExempt(context) ? 0 : _now.ConnectionsPerUser));

    public void Leave(string user) => _connections.Leave(user);

    /// <summary>
    /// Developers and load tests on the same machine are not held up. Who comes through a proxy on this machine is not one of
    /// them, also when the proxy is not a known one.
    /// </summary>
    internal static bool IsExempt(HttpContext context) =>
        context.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address)
        && !context.Request.Headers.ContainsKey("X-Forwarded-For") && !context.Request.Headers.ContainsKey("Forwarded");

    private bool Counted(string policy, bool allowed)
    {
        if (!allowed)
        {
            _meter.Limited(policy);
        }

        return allowed;
    }

    // A household has a /64 of IPv6 addresses to spend.
    internal static string AddressKey(IPAddress? address)
    {
        if (address is null)
        {
            return "";
        }

        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        return address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6
            ? Convert.ToHexString(address.GetAddressBytes().AsSpan(0, 8))
            : address.ToString();
    }
}
