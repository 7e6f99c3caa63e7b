using Chat.Server.Workers.Runtime;
using Chat.Tests.Support;

namespace Chat.Tests.Workers.Runtime;

public sealed class PoolProbeTests
{
    [Fact]
    public async Task TakeLongest_ItemRan_IsForgottenOnceTaken()
    {
        var time = new ManualTimeProvider();
        var probe = new PoolProbe(time);
        probe.Send();
        await Eventually.TrueAsync(
            () =>
            {
                // While it waits it counts with its age; once it ran, and that was taken, time may pass without it.
                time.Advance(TimeSpan.FromSeconds(1));
                return probe.TakeLongest() == TimeSpan.Zero;
            },
            "the item has run");
    }
}
