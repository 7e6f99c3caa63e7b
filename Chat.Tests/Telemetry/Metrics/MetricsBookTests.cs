using Chat.Server.Telemetry.Metrics;
using Xunit;

namespace Chat.Tests.Telemetry.Metrics;

public sealed class MetricsBookTests
{
    private readonly MetricsBook _book = new();

    [Fact]
    public void Current_WorkerDied_KeepsItsCountersAndDropsItsGauges()
    {
        _book.Receive(Life("w1", life: 1, accepted: 10, online: 4, slow: 2));

        _book.Gone("w1");

        var snapshot = Assert.Single(_book.Current());
        Assert.Equal(10, Value(snapshot, "accepted"));
        Assert.Equal([2, 0], Buckets(snapshot));
        Assert.DoesNotContain(snapshot.Families, f => f.Name == "online");
    }

    [Fact]
    public void Current_WorkerRestarted_AddsItsLives()
    {
        _book.Receive(Life("w1", life: 1, accepted: 10, online: 4, slow: 2));
        _book.Gone("w1");
        _book.Receive(Life("w1", life: 2, accepted: 1, online: 1, slow: 1));

        var snapshot = Assert.Single(_book.Current());
        Assert.Equal(11, Value(snapshot, "accepted"));
        Assert.Equal(1, Value(snapshot, "online"));
        Assert.Equal([3, 0], Buckets(snapshot));
    }

    [Fact]
    public void Current_NewLifeSeenBeforeTheEndOfTheOld_AddsItsLives()
    {
        _book.Receive(Life("w1", life: 1, accepted: 10));
        _book.Receive(Life("w1", life: 2, accepted: 2));
        _book.Receive(Life("w1", life: 1, accepted: 11));

        Assert.Equal(12, Value(Assert.Single(_book.Current()), "accepted"));
    }

    [Fact]
    public void Current_LateWordOfABuriedLife_IsNotCountedAgain()
    {
        _book.Receive(Life("w1", life: 1, accepted: 10));
        _book.Gone("w1");
        _book.Receive(Life("w1", life: 1, accepted: 10));

        Assert.Equal(10, Value(Assert.Single(_book.Current()), "accepted"));
    }

    [Fact]
    public void Current_ThreeLives_NeverFalls()
    {
        var sums = new List<double>();
        for (var life = 1; life <= 3; life++)
        {
            foreach (var accepted in new[] { 1, 5, 9 })
            {
                _book.Receive(Life("w1", life, accepted));
                sums.Add(Value(Assert.Single(_book.Current()), "accepted"));
            }

            _book.Gone("w1");
            sums.Add(Value(Assert.Single(_book.Current()), "accepted"));
        }

        Assert.Equal([1, 5, 9, 9, 10, 14, 18, 18, 19, 23, 27, 27], sums);
    }

    private static MetricsSnapshot Life(string source, long life, double accepted, double online = 0, long slow = 0) => new(source, life,
    [
        new("accepted", "", "", MetricKind.Counter, [], [new(LabelSet.Empty, accepted, null)]),
        new("online", "", "", MetricKind.Sum, [], [new(LabelSet.Empty, online, null)]),
        new("duration", "s", "", MetricKind.Histogram, [1], [new(LabelSet.Empty, slow, [slow, 0])]),
    ]);

    private static double Value(MetricsSnapshot snapshot, string family) => snapshot.Families.Single(f => f.Name == family).Series[0].Value;

    private static long[] Buckets(MetricsSnapshot snapshot) => snapshot.Families.Single(f => f.Name == "duration").Series[0].Buckets!;
}
