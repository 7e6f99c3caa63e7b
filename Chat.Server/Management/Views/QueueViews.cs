using Chat.Contracts.Management;
using Chat.Server.Telemetry.Metrics;

namespace Chat.Server.Management.Views;

internal sealed class QueueViews(MetricsHistory history)
{
    public QueueAnswer Of(Overview now) => new()
    {
        At = now.At,
        Pending = now.Tiles.QueuePending,
        InFlight = now.Tiles.QueueInFlight,
        OldestSeconds = now.Tiles.QueueOldestSeconds,
        EnqueuedPerSecond = now.Tiles.AcceptedPerSecond,
        DequeuedPerSecond = now.Tiles.DeliveredPerSecond,
        RetriedPerSecond = new NodeNumbers(history.View()).Rate("chat.message.resent"),
        DeadLetters = now.Tiles.DeadLetters,
        Partial = now.Partial,
    };
}
