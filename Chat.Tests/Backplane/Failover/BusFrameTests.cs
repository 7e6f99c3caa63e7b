using Chat.Server.Backplane.Failover;
using Xunit;

namespace Chat.Tests.Backplane.Failover;

public sealed class BusFrameTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(70_000)]
    public void TryDecode_WhatWasEncoded_GivesItBack(int length)
    {
        var sender = Guid.NewGuid();
        var payload = new byte[length];
        Random.Shared.NextBytes(payload);

        Assert.True(BusFrame.TryDecode(BusFrame.Encode(sender, payload), out var from, out var read));

        Assert.Equal(sender, from);
        Assert.Equal(payload, read.ToArray());
    }

    [Fact]
    public void TryDecode_AnotherVersionOrAStub_IsRefused()
    {
        var frame = BusFrame.Encode(Guid.NewGuid(), [1, 2, 3]);
        var newer = frame.ToArray();
        newer[0] = 2;

        Assert.False(BusFrame.TryDecode(newer, out _, out _));
        Assert.False(BusFrame.TryDecode(frame.AsMemory(0, BusFrame.HeaderLength - 1), out _, out _));
        Assert.False(BusFrame.TryDecode(default, out _, out _));
    }
}
