using Chat.Server.Telemetry.Metrics;
using Xunit;

namespace Chat.Tests.Telemetry.Metrics;

public sealed class SnapshotCodecTests
{
    private static readonly MetricsSnapshot Sample = new("w1", 638_000_000_000_000_000,
    [
        new("chat.message.accepted", "{message}", "Accepted", MetricKind.Counter, [],
        [
            new(LabelSet.Of("delivery.class", "durable"), 12, null),
            new(LabelSet.Of("delivery.class", "realtime"), 3.5, null),
        ]),
        new("chat.run.duration", "s", "", MetricKind.Histogram, [0.5, 1], [new(LabelSet.Empty, 4.5, [1, 2, long.MaxValue])]),
    ]);

    [Fact]
    public void Decode_WhatWasEncoded_IsTheSame()
    {
        var decoded = SnapshotCodec.Decode(SnapshotCodec.Encode(Sample));

        Assert.Equal((Sample.Source, Sample.StartedAt), (decoded.Source, decoded.StartedAt));
        Assert.Equal(PrometheusText.Write([Sample]), PrometheusText.Write([decoded]));
        Assert.Equal(Sample.Families[1].Series[0].Buckets, decoded.Families[1].Series[0].Buckets);
        Assert.Equal(LabelSet.Of("delivery.class", "durable"), decoded.Families[0].Series[0].Labels);
    }

    [Fact]
    public void Decode_CutOffAnywhere_IsRefused()
    {
        var bytes = SnapshotCodec.Encode(Sample);

        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Throws<InvalidDataException>(() => SnapshotCodec.Decode(bytes.AsMemory(0, length)));
        }
    }

    [Fact]
    public void Decode_AnyByteChanged_IsReadOrRefusedButNeverAnythingElse()
    {
        var bytes = SnapshotCodec.Encode(Sample);
        for (var i = 0; i < bytes.Length; i++)
        {
            foreach (var value in new byte[] { 0, 1, 0x7f, 0xff })
            {
                var changed = bytes.ToArray();
                changed[i] = value;
                var thrown = Record.Exception(() => SnapshotCodec.Decode(changed));
                Assert.True(thrown is null or InvalidDataException, $"byte {i} = {value}: {thrown}");
            }
        }
    }
}
