using System.Diagnostics.Metrics;

namespace Chat.Server.Access;

/// <summary>Who was turned away for want of a good token. No label ever holds whose it was.</summary>
internal sealed class AccessMeter : IDisposable
{
    private readonly Meter _meter;
    private readonly Counter<long> _refused;

    public AccessMeter(IMeterFactory meters)
    {
        _meter = meters.Create("Chat.Access");
        _refused = _meter.CreateCounter<long>("chat.auth.failure", "{attempt}", "Refused tokens, keys and sign-ins, by reason.");
    }

    /// <param name="reason"><c>expired</c>, <c>invalid</c> or <c>subject</c>.</param>
    public void TokenRefused(string reason) => _refused.Add(1, new KeyValuePair<string, object?>("reason", reason));

    public void Dispose() => _meter.Dispose();
}
