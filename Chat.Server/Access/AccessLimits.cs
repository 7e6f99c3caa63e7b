using System.Net;
using Microsoft.Extensions.Options;

namespace Chat.Server.Access;

/// <summary>Every limit on how often and how many.</summary>
internal sealed class AccessLimits(IOptions<LimitsOptions> options, AccessMeter meter, TimeProvider time)
{
    private readonly RateLimit _sends = new(options.Value.SendsPerSecond, options.Value.SendBurst, time);
    private readonly RateLimit _calls = new(options.Value.CallsPerSecond, options.Value.CallBurst, time);
    private readonly RateLimit _serviceSends = new(options.Value.ServiceSendsPerSecond, options.Value.ServiceSendBurst, time);
    private readonly RateLimit _serviceCalls = new(options.Value.ServiceCallsPerSecond, options.Value.ServiceCallBurst, time);
    private readonly RateLimit _signals = new(options.Value.SignalsPerSecond, options.Value.SignalBurst, time);
    private readonly RateLimit _userConnects = new(options.Value.UserConnectsPerSecond, options.Value.UserConnectBurst, time);
    private readonly RateLimit _addressConnects = new(options.Value.AddressConnectsPerSecond, options.Value.AddressConnectBurst, time);
    private readonly ConnectionCounts _connections = new();

    public bool TrySend(string user, int count, out TimeSpan retryAfter) =>
        Counted("send", (Callers.IsServiceName(user) ? _serviceSends : _sends).TryTake(user, count, out retryAfter));

    public bool TryCall(string user, out TimeSpan retryAfter) =>
        Counted("call", (Callers.IsServiceName(user) ? _serviceCalls : _calls).TryTake(user, 1, out retryAfter));

    public bool TrySignal(string connection, out TimeSpan retryAfter) => Counted("signal", _signals.TryTake(connection, 1, out retryAfter));

    /// <summary>Before it is known who it is: counts the address.</summary>
    public bool TryConnectFrom(HttpContext context, out TimeSpan retryAfter)
    {
        retryAfter = TimeSpan.Zero;
        return IsExempt(context) || Counted("address_connect", _addressConnects.TryTake(AddressKey(context.Connection.RemoteIpAddress), 1, out retryAfter));
    }

    public bool TryConnectAs(HttpContext context, string user, out TimeSpan retryAfter)
    {
        retryAfter = TimeSpan.Zero;
        return IsExempt(context) || Counted("user_connect", _userConnects.TryTake(user, 1, out retryAfter));
    }

    /// <summary>Counts a connection; <see cref="Leave"/> must follow when it was let in.</summary>
    public bool TryEnter(HttpContext? context, string user) =>
        Counted("connections", _connections.TryEnter(user, context is null || IsExempt(context) ? 0 : options.Value.ConnectionsPerUser));

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
            meter.Limited(policy);
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
