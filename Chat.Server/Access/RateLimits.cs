namespace Chat.Server.Access;

/// <summary>The limits that hold at one time.</summary>
internal sealed record RateLimits(
    RateLimit Sends,
    RateLimit Calls,
    RateLimit ServiceSends,
    RateLimit ServiceCalls,
    RateLimit Signals,
    RateLimit UserConnects,
    RateLimit AddressConnects,
    int ConnectionsPerUser)
{
    /// <param name="before">What of it has not changed is kept, with who has used how much. What has changed begins with full buckets: a debt at the old rate is none at the new one.</param>
    public static RateLimits Of(LimitsOptions options, TimeProvider time, RateLimits? before = null)
    {
        return new(
            Next(before?.Sends, options.SendsPerSecond, options.SendBurst),
            Next(before?.Calls, options.CallsPerSecond, options.CallBurst),
            Next(before?.ServiceSends, options.ServiceSendsPerSecond, options.ServiceSendBurst),
            Next(before?.ServiceCalls, options.ServiceCallsPerSecond, options.ServiceCallBurst),
            Next(before?.Signals, options.SignalsPerSecond, options.SignalBurst),
            Next(before?.UserConnects, options.UserConnectsPerSecond, options.UserConnectBurst),
            Next(before?.AddressConnects, options.AddressConnectsPerSecond, options.AddressConnectBurst),
            options.ConnectionsPerUser);

        RateLimit Next(RateLimit? now, double perSecond, int burst) =>
            now is not null && now.PerSecond.Equals(perSecond) && now.Burst == burst ? now : new RateLimit(perSecond, burst, time);
    }
}
