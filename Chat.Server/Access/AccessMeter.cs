using System.Diagnostics.Metrics;

namespace Chat.Server.Access;

/// <summary>Who was turned away, for want of a good token or by a limit. No label ever holds whose it was.</summary>
internal sealed class AccessMeter : IDisposable
{
    private readonly Meter _meter;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _limited;

    public AccessMeter(IMeterFactory meters)
    {
        _meter = meters.Create("Chat.Access");
        _refused = _meter.CreateCounter<long>("chat.auth.failure", "{attempt}", "Who was turned away at a door, by reason.");
        _limited = _meter.CreateCounter<long>("chat.ratelimit.rejected", "{request}", "What a limit on how often or how many turned away, by limit.");
    }

    /// <param name="reason"><c>expired</c>, <c>invalid</c> or <c>subject</c> of a token; <c>api_key</c>; <c>origin</c>, <c>plain_http</c> or <c>blocked</c>.</param>
    public void Refused(string reason) => _refused.Add(1, new KeyValuePair<string, object?>("reason", reason));

    /// <param name="policy"><c>send</c>, <c>call</c>, <c>signal</c>, <c>address_connect</c>, <c>user_connect</c> or <c>connections</c>.</param>
    public void Limited(string policy) => _limited.Add(1, new KeyValuePair<string, object?>("policy", policy));

    public void Dispose() => _meter.Dispose();
}
