namespace Chat.Tests.Faults.Checker.Tests;

public sealed class HistoryCheckerTests : RoomHistory
{
    [Fact]
    public void Check_EverythingInOrder_HoldsAndCounts()
    {
        Members("alice", "bob");
        Store("alice", "m1", 1);
        Store("bob", "m2", 2);
        DeliverAll("alice");
        DeliverAll("bob");
        var result = Check().ThrowIfBroken();
        Assert.Equal(new CheckCounts { Sends = 2, Messages = 2, Acked = 2, Received = 4, WireArrivals = 4 }, result.Counts);
    }

    [Fact]
    public void ThrowIfBroken_NothingHappened_Throws()
    {
        Members("alice", "bob");
        var error = Assert.Throws<InvalidOperationException>(() => Check().ThrowIfBroken());
        Assert.Contains("Nothing was tested", error.Message);
    }

    [Fact]
    public void ThrowIfBroken_Violation_NamesItAndSavesTheHistory()
    {
        Members("alice", "bob");
        Store("alice", "m1", 1);
        DeliverAll("alice");
        var error = Assert.Throws<BrokenPromiseException>(() => Check().ThrowIfBroken());
        Assert.Contains("I1 NoAckedLoss: acknowledged and not received [alice:m1, room#1, bob]", error.Message);
        var path = error.Message.Split("History: ")[1].Trim();
        Assert.Equal(History.Snapshot(), Checker.History.Load(File.ReadLines(path)).Snapshot());
        File.Delete(path);
    }

    [Fact]
    public async Task DrainAsync_LastReception_EndsTheWait()
    {
        Members("alice");
        Store("alice", "m1", 1);
        Assert.False(await HistoryChecker.DrainAsync(History, TimeSpan.FromMilliseconds(100)));
        var drained = HistoryChecker.DrainAsync(History, TimeSpan.FromSeconds(30));
        Assert.False(drained.IsCompleted);
        DeliverAll("alice");
        Assert.True(await drained);
    }
}
