using Chat.Server.Delivery.Nodes;

namespace Chat.Tests.Delivery.Nodes;

public sealed class SignalFormatTests
{
    [Fact]
    public void Typing_WrittenAndRead_IsTheSame() =>
        Assert.Equal(new Signal.Typing("c", "älice"), SignalFormat.Read(SignalFormat.Write(new Signal.Typing("c", "älice"))));

    [Fact]
    public void Receipts_WrittenAndRead_AreTheSame()
    {
        List<ReceiptNews> news = [new("c", "alice", 1L << 40, 0), new("d", "bob", 0, 7)];
        Assert.Equal(news, Assert.IsType<Signal.Receipts>(SignalFormat.Read(SignalFormat.Write(new Signal.Receipts(news)))).News);
    }

    [Fact]
    public void Read_WhatIsCutOrForeign_IsNull()
    {
        var whole = SignalFormat.Write(new Signal.Typing("conversation", "alice"));
        for (var length = 0; length < whole.Length; length++)
        {
            Assert.Null(SignalFormat.Read(whole[..length]));
        }

        Assert.Null(SignalFormat.Read(new byte[] { 77 }));
    }
}
