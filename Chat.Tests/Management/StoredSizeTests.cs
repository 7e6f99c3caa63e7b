using Chat.Server.Management.Answering;
using Chat.Server.Storage.Conversations;

namespace Chat.Tests.Management;

public sealed class StoredSizeTests
{
    [Theory]
    [InlineData(0, 0, false)]
    [InlineData(200, 5_000, false)]
    [InlineData(201, 5_025, true)]
    [InlineData(2_000_000, 50_000_000, true)]
    public void Of_MoreThanWasLookedAt_IsEstimated(long kept, long bytes, bool estimated) =>
        Assert.Equal(new StoredSize(bytes, estimated), StoredSize.Of(new SizeSample(kept == 0 ? 0 : 5_000, 200), kept));

    [Fact]
    public void Of_WhatIsGone_IsNothing() => Assert.Null(StoredSize.Of(null, 5));
}
