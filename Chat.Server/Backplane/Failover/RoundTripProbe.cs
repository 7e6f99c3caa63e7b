using System.Buffers.Binary;
using Microsoft.Extensions.Options;

namespace Chat.Server.Backplane.Failover;

/// <summary>
/// Sends a message to the node's own channel and sees whether it comes back: the only sign that both connections work
/// in both directions, for a half-dead subscription looks connected.
/// </summary>
internal sealed class RoundTripProbe(
    IBackplaneTransport transport, BackplaneNode node, IOptions<BackplaneOptions> options, BackplaneMetrics metrics, TimeProvider time)
{
    private readonly TimeSpan _mostOfATick = options.Value.ProbeInterval * 2;
    private Task _sending = Task.CompletedTask;
    // Long ago: a link has to prove itself once before it is believed.
    private TimeSpan _silence = TimeSpan.FromDays(1);
    private int _cameBack;
    private long _lastTicks = -1;

    public string Channel { get; } = $"node:{node.Name}:probe";

    /// <summary>How long the last probe that came back was under way; null before the first.</summary>
    public TimeSpan? Last => Interlocked.Read(ref _lastTicks) is var ticks and >= 0 ? TimeSpan.FromTicks(ticks) : null;

    /// <summary>
    /// How long no probe has come back, called once a tick. Time in which this process did not run (a pause for garbage, a
    /// starved pool) is not held against Redis: failing over would only add to the load.
    /// </summary>
    public TimeSpan Observe(TimeSpan sinceLastTick)
    {
        _silence = Interlocked.Exchange(ref _cameBack, 0) == 1
            ? TimeSpan.Zero
            : _silence + (sinceLastTick < _mostOfATick ? sinceLastTick : _mostOfATick);
        return _silence;
    }

    public void Send()
    {
        // One at a time: probes must not pile up in front of a server that hangs.
        if (!_sending.IsCompleted)
        {
            return;
        }

        var stamp = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(stamp, time.GetTimestamp());
        _sending = transport.PublishAsync(Channel, BusFrame.Encode(node.Id, stamp));
        _sending.Forget();
    }

    /// <summary>A client that is replaced takes its unanswered probe with it.</summary>
    public void Reset() => _sending = Task.CompletedTask;

    public void Receive(ReadOnlyMemory<byte> stamp)
    {
        if (stamp.Length == sizeof(long))
        {
            var took = time.GetElapsedTime(BinaryPrimitives.ReadInt64LittleEndian(stamp.Span));
            Interlocked.Exchange(ref _lastTicks, took.Ticks);
            metrics.RoundTrip(took);
            Interlocked.Exchange(ref _cameBack, 1);
        }
    }
}
