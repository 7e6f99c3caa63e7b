using Chat.Server.Management.Answering;
using Chat.Server.Storage.Conversations;
using Xunit;

namespace Chat.Tests.Management;

public sealed class MessageRateTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 12, 0, 30, TimeSpan.Zero);

    [Theory]
    [InlineData(30, 300, 3)]
    [InlineData(0, null, 0)]
    [InlineData(200, 120, 100)]
    [InlineData(200, 0, 12_000)]
    public void AMinute_OfASample_IsByTheTimeThatItCovers(int recent, int? oldestSecondsAgo, double rate) => Assert.Equal(
        rate,
        MessageRate.AMinute(new RateSample(recent, 200, oldestSecondsAgo is { } seconds ? Now.AddSeconds(-seconds).ToUnixTimeMilliseconds() : null), TimeSpan.FromMinutes(10), Now));

    [Fact]
    public void Of_AFewTimes_CountsThemByTheMinuteThatIsOver()
    {
        var rate = MessageRate.Of([Ago(0), Ago(31), Ago(35), Ago(91), Ago(3_629), Ago(3_631), Ago(90_000)], cut: false, Now);

        var values = Assert.Single(rate.Lines).Values;
        Assert.Equal((new DateTimeOffset(2026, 1, 2, 11, 0, 0, TimeSpan.Zero), 60d, 60), (rate.From, rate.StepSeconds, values.Count));
        Assert.Equal((1d, 1d, 2d), (values[0], values[58], values[59]));
        Assert.Equal(4, values.Sum());
    }

    [Fact]
    public void Of_TimesOfWhichThereAreOlderOnes_DoesNotKnowBeforeThem()
    {
        var values = MessageRate.Of([Ago(31), Ago(91), Ago(151)], cut: true, Now).Lines[0].Values;

        Assert.Equal([null, 1d, 1d], values.Skip(57));
        Assert.All(values.Take(58), Assert.Null);
    }

    [Fact]
    public void Of_OnlyTimesOfThisMinuteOfMany_KnowsNothing() => Assert.All(MessageRate.Of([Ago(1)], cut: true, Now).Lines[0].Values, Assert.Null);

    private static long Ago(int seconds) => Now.AddSeconds(-seconds).ToUnixTimeMilliseconds();
}
