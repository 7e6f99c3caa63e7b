using Chat.Server.Delivery.Locks;

namespace Chat.Tests.Delivery.Locks;

public sealed class LockRingTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Ring_WrittenAndRead_IsTheSame(bool locked) =>
        Assert.Equal(new LockRing("cönversation", locked), LockRing.Read(new LockRing("cönversation", locked).ToBytes()));

    [Fact]
    public void Read_WhatIsCut_IsNull()
    {
        var whole = new LockRing("conversation", true).ToBytes();
        for (var length = 0; length < whole.Length; length++)
        {
            Assert.Null(LockRing.Read(whole[..length]));
        }
    }
}
