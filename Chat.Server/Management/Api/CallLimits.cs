using System.Net;
using System.Threading.RateLimiting;
using Chat.Contracts.Management;
using Chat.Server.Management.Callers;

namespace Chat.Server.Management.Api;

/// <summary>How often a caller may act, and how often an address may be wrong about a key. Nobody who shows the right key is ever held up by those who don't.</summary>
internal sealed class CallLimits : IDisposable
{
    public static readonly Refusal Refused = new(ManagementCodes.RateLimited, "Too many calls; wait a moment.", Retryable: true, RetryAfter: 2);

    private readonly PartitionedRateLimiter<string> _actions = PartitionedRateLimiter.Create<string, string>(caller => RateLimitPartition.GetTokenBucketLimiter(
        caller,
        _ => new TokenBucketRateLimiterOptions { TokenLimit = 100, TokensPerPeriod = 20, ReplenishmentPeriod = TimeSpan.FromSeconds(1), QueueLimit = 0 }));

    private readonly PartitionedRateLimiter<IPAddress> _strangers = PartitionedRateLimiter.Create<IPAddress, IPAddress>(address => RateLimitPartition.GetTokenBucketLimiter(
        address,
        _ => new TokenBucketRateLimiterOptions { TokenLimit = 200, TokensPerPeriod = 5, ReplenishmentPeriod = TimeSpan.FromSeconds(1), QueueLimit = 0 }));

    public bool TryTake(Caller caller)
    {
        using var lease = _actions.AttemptAcquire(caller.Name);
        return lease.IsAcquired;
    }

    public bool TryTurnAway(IPAddress? address)
    {
        using var lease = _strangers.AttemptAcquire(address ?? IPAddress.None);
        return lease.IsAcquired;
    }

    public void Dispose()
    {
        _actions.Dispose();
        _strangers.Dispose();
    }
}
