using Chat.Admin.Parts;
using Chat.Admin.Parts.Tables;
using Chat.Contracts.Management;

namespace Chat.Tests.Admin;

public sealed class TablesTests
{
    [Fact]
    public void Rows_InUse_StayWhereTheyAreAndNewOnesAreCounted()
    {
        var keeper = new RowKeeper<(string Key, int Value)>(r => r.Key);
        keeper.Replace([("a", 1), ("b", 1)]);

        keeper.Update([("c", 2), ("b", 2)]);

        Assert.Equal([("a", 1), ("b", 2)], keeper.Rows);
        Assert.Equal((1, "a"), (keeper.New, Assert.Single(keeper.Gone)));
        keeper.ShowNew();
        Assert.Equal([("c", 2), ("b", 2)], keeper.Rows);
        Assert.Equal((0, 0), (keeper.New, keeper.Gone.Count));
    }

    [Fact]
    public void State_WrittenAndRead_IsTheSame()
    {
        var state = new TableState(3, 50, "-user", "a&b=c", new Dictionary<string, string> { ["worker"] = "w1" });

        var address = state.Apply("http://localhost/admin/connections?tab=users&mpage=7", "", "user");

        Assert.Equal(state, TableState.Read("http://localhost" + address, "", "user", ["worker"]));
        Assert.Contains("tab=users", address);
        Assert.Contains("mpage=7", address);
    }

    [Theory]
    [InlineData("?page=-1&size=7", 1, 25)]
    [InlineData("?page=x&size=100", 1, 100)]
    public void State_Nonsense_IsTheDefault(string query, int page, int size)
    {
        var state = TableState.Read("http://localhost/admin" + query, "", "", []);
        Assert.Equal((page, size), (state.Page, state.Size));
    }

    [Fact]
    public void Path_MissingValues_AreAGap() => Assert.Equal("M0 10L50 0M150 5h0.1", LinePath.Of([0, 2, null, 1], 150, 10, 2));

    [Fact]
    public void Thin_ManyPoints_KeepsThePeakAndTheGap() => Assert.Equal([9, null], LinePath.Thin([1, 9, null, null], 2));

    [Fact]
    public void Chart_OfWhichTheFirstPartIsEmpty_KeepsTheWholeRange()
    {
        var part = new ChartAnswer { Chart = new() { Name = "accepted", Group = "Traffic", Title = "Accepted", Unit = "1/s" }, Range = "1h", From = Samples.Now, StepSeconds = 600 };

        var chart = ChartPicture.Of("Messages", "1/s", [part, part with { Lines = [new("delivered", [1, 2, 3, 4])] }]);

        Assert.Equal(4, Assert.Single(chart.Lines).Values.Count);
        Assert.Equal(Samples.Now.AddMinutes(30), chart.To);
    }

    [Theory]
    [InlineData(null, "–")]
    [InlineData(0.0, "0 s")]
    [InlineData(0.0123, "12 ms")]
    [InlineData(75.0, "1 min 15 s")]
    [InlineData(200_000.0, "2 d 7 h")]
    public void Seconds_Values_AreShort(double? value, string expected) => Assert.Equal(expected, Units.Seconds(value));
}
