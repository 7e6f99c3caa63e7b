using Chat.Server.Delivery;
using Chat.Server.Delivery.Traces;

namespace Chat.Tests.Delivery;

public sealed class DeliveryFactsTests
{
    private readonly DeliveryFacts _facts = new(new UserTraces(TimeProvider.System), TimeProvider.System);

    [Fact]
    public void Of_OneEvent_TellsWhatIsItsOwn()
    {
        _facts.Committed("a", 1);
        _facts.Committed("a", 2);
        _facts.Committed("b", 2);
        var fact = Assert.Single(_facts.Of("a", 2));
        Assert.Equal((FactKind.Committed, "a", 2L), (fact.Kind, fact.Conversation, fact.Last));
    }

    [Fact]
    public void Of_OldEvent_IsForgottenAndNewOnesAreNot()
    {
        for (var seq = 1; seq <= 40_000; seq++)
        {
            _facts.Committed("a", seq);
        }

        Assert.Empty(_facts.Of("a", 1));
        Assert.Single(_facts.Of("a", 40_000));
    }

    [Fact]
    public async Task Of_WhileOthersWrite_TellsNothingThatIsHalfWritten()
    {
        using var stop = new CancellationTokenSource();
        var writing = Task.WhenAll(Enumerable.Range(1, 3).Select(writer => Task.Run(() =>
        {
            for (long seq = 1; !stop.IsCancellationRequested; seq++)
            {
                // Conversation and seq belong together: a torn slot would show.
                _facts.Committed($"c{seq % 100}", seq % 100);
            }
        })));
        for (var look = 0; look < 200; look++)
        {
            Assert.Empty(_facts.Of("c7", 8));
            Assert.All(_facts.Of("c7", 7), f => Assert.Equal(7, f.Last));
        }

        await stop.CancelAsync();
        await writing;
    }
}
