using Chat.Client.Connecting;

namespace Chat.Tests.Client.Connecting;

public sealed class BackOffTests
{
    private static readonly BackOff BackOff = new(TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(30));

    [Theory]
    [InlineData(0, 0.5)]
    [InlineData(1, 1)]
    [InlineData(3, 4)]
    [InlineData(6, 30)]
    [InlineData(100_000, 30)]
    public void Next_WithTheGreatestJitter_DoublesUpToTheCap(int failures, double seconds)
        => Assert.Equal(TimeSpan.FromSeconds(seconds), BackOff.Next(failures, 1));

    [Fact]
    public void Next_WithNoJitter_IsZeroHoweverOftenItFailed()
        => Assert.Equal(TimeSpan.Zero, BackOff.Next(10, 0));

    [Theory]
    [InlineData(null, null)]
    [InlineData(-1d, null)]
    [InlineData(double.NaN, null)]
    [InlineData(2.5, 2.5)]
    [InlineData(1e12, 3600d)]
    public void Seconds_OfTheWire_AreTakenWithinReason(double? wire, double? expected)
        => Assert.Equal(expected, BackOff.Seconds(wire)?.TotalSeconds);
}
