using Chat.Server.Alerts;
using Chat.Server.Alerts.Rules;
using Chat.Tests.Support;
using Xunit;

namespace Chat.Tests.Alerts;

public sealed class ReadingTracesTests
{
    private static readonly TimeSpan Often = TimeSpan.FromSeconds(5);

    private readonly ManualTimeProvider _time = new();

    [Fact]
    public void Step_SeveralReadings_IsTheWorst()
    {
        var traces = new ReadingTraces(_time);
        traces.Note("above", 1, Breach.Above, Often);
        traces.Note("above", 9, Breach.Above, Often);
        traces.Note("above", 2, Breach.Above, Often);
        traces.Note("below", 3, Breach.Below, Often);
        traces.Note("below", 1, Breach.Below, Often);
        traces.Note("below", 2, Breach.Below, Often);
        Assert.Equal((9, 1), (traces.Of("above")!.Values[^1], traces.Of("below")!.Values[^1]));
    }

    [Fact]
    public void RuleThatIsJudgedSeldom_ItsReadingStandsUntilTheNext()
    {
        var traces = new ReadingTraces(_time);
        var seldom = TimeSpan.FromSeconds(60);
        traces.Note("f", 1, Breach.Above, seldom);
        _time.Advance(TimeSpan.FromSeconds(60));
        traces.Note("f", 2, Breach.Above, seldom);
        Assert.Equal([1, 1, 1, 1, 1, 1, 2], traces.Of("f")!.Values.TakeLast(7));
        _time.Advance(TimeSpan.FromSeconds(120));
        traces.Note("f", 3, Breach.Above, seldom);
        Assert.Equal([2, null, null], traces.Of("f")!.Values.TakeLast(13).Take(3));
    }

    [Fact]
    public void Lines_ManyThatNobodyReadsAnyMore_MakeRoom()
    {
        var traces = new ReadingTraces(_time);
        for (var i = 0; i < 1000; i++)
        {
            traces.Note($"old-{i}", 1, Breach.Above, Often);
        }

        Assert.Null(traces.Of("old-999"));
        _time.Advance(TimeSpan.FromMinutes(16));
        Assert.Null(traces.Of("old-0"));
        traces.Note("new", 1, Breach.Above, Often);
        Assert.NotNull(traces.Of("new"));
    }

    [Fact]
    public void Reading_ThatIsNoNumber_IsAGap()
    {
        var traces = new ReadingTraces(_time);
        traces.Note("f", double.PositiveInfinity, Breach.Above, Often);
        Assert.Null(traces.Of("f"));
    }
}
