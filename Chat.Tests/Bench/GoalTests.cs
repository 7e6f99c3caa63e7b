using Chat.Bench.Results;
using Chat.Bench.Targets;

namespace Chat.Tests.Bench;

public class GoalTests
{
    private const string Scenario = "s";
    private const string Metric = "m";

    private static readonly Figure Product = new(TargetKind.Product, Metric);
    private static readonly Figure Bare = new(TargetKind.Bare, Metric);

    [Fact]
    public void Judge_RatiosOfEachRepeat_TakesTheirMedianAndNotTheRatioOfMedians()
    {
        // The machine was twice as fast in the third repeat: within each repeat the product reaches 0.5, 0.4 and 0.3.
        var results = Results(bare: [100, 100, 200], product: [50, 40, 60]);

        var verdict = new Goal("g", Product, Comparison.Ratio, Bare, AtLeast: 0.4).Judge(results, Scenario);

        Assert.Equal(0.4, verdict.Measured.Median, 6);
        Assert.Equal(Outcome.Met, verdict.Outcome);
    }

    [Fact]
    public void Judge_DifferenceAboveTheBound_IsMissed()
    {
        var results = Results(bare: [1, 1, 1], product: [6, 6, 3]);

        var verdict = new Goal("g", Product, Comparison.Difference, Bare, AtMost: 4).Judge(results, Scenario);

        Assert.Equal(5, verdict.Measured.Median, 6);
        Assert.Equal(Outcome.Missed, verdict.Outcome);
    }

    [Fact]
    public void Judge_RepeatWithoutItsCounterpart_IsLeftOut()
    {
        var results = Results(bare: [100], product: [50, 10]);

        var verdict = new Goal("g", Product, Comparison.Ratio, Bare, AtLeast: 0.4).Judge(results, Scenario);

        Assert.Equal(0.5, verdict.Measured.Min, 6);
        Assert.Equal(0.5, verdict.Measured.Max, 6);
    }

    [Fact]
    public void Judge_NothingToCompare_IsNotMeasured()
    {
        var results = Results(bare: [], product: [50]);

        var verdict = new Goal("g", Product, Comparison.Ratio, Bare, AtLeast: 0.4).Judge(results, Scenario);

        Assert.Equal(Outcome.NotMeasured, verdict.Outcome);
    }

    private static ResultSet Results(double[] bare, double[] product)
    {
        var results = new ResultSet();
        for (var i = 0; i < bare.Length; i++)
        {
            results.Add(new Measurement(Scenario, TargetKind.Bare, i + 1, Metric, bare[i], "/s"));
        }

        for (var i = 0; i < product.Length; i++)
        {
            results.Add(new Measurement(Scenario, TargetKind.Product, i + 1, Metric, product[i], "/s"));
        }

        return results;
    }
}
