using System.Diagnostics.Metrics;
using Chat.Server.Storage;
using Chat.Tests.Delivery;
using Chat.Tests.Telemetry;

namespace Chat.Tests.Storage;

public sealed class MessageSizesTests : IDisposable
{
    private readonly TestMeters _meters = new();

    public void Dispose() => _meters.Dispose();

    [Fact]
    public void Record_BothWays_IsOneHistogramOfBytes()
    {
        var (into, outOf) = (MessageSizes.In(_meters.Factory.Create("Chat.Storage")), MessageSizes.Out(_meters.Factory.Create("Chat.Delivery")));
        into.Record(LogEvents.At(1, body: new string('1', 300)));
        into.Record(LogEvents.At(2, body: new string('1', 300)));
        into.Record(LogEvents.At(3, body: ""));
        outOf.Record(LogEvents.At(1, body: "12"));

        var family = _meters.Family("chat.message.size")!;

        Assert.Equal("By", family.Unit);
        Assert.Equal(["direction=in: 600 of 2", "direction=out: 2 of 1"], family.Series.Select(s => $"{s.Labels}: {s.Value} of {s.Buckets!.Sum()}").Order());
    }

    [Fact]
    public void Record_WhenSomebodyListens_TakesNoMemory()
    {
        var sizes = MessageSizes.In(_meters.Factory.Create("Chat.Storage"));
        var e = LogEvents.At(1);
        sizes.Record(e);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            sizes.Record(e);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
