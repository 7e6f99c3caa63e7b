using Chat.Server.Backplane;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Chat.Tests.Backplane;

public sealed class SubscriptionTableTests
{
    private readonly SubscriptionTable _table = new(NullLogger<SubscriptionTable>.Instance);
    private readonly List<string> _seen = [];

    [Fact]
    public void AddAndRemove_FirstAndLastOfAChannel_AreTold()
    {
        var (one, two) = (Entry("one"), Entry("two"));

        Assert.True(_table.Add("a", one));
        Assert.False(_table.Add("a", two));
        Assert.True(_table.Add("b", one));
        Assert.False(_table.Remove("a", one));
        Assert.True(_table.Remove("a", two));

        Assert.Equal(["b"], _table.Channels);
    }

    [Fact]
    public void Remove_WhatIsNotThere_IsNotTheLast()
    {
        var one = Entry("one");
        _table.Add("a", one);

        Assert.False(_table.Remove("a", Entry("another")));
        Assert.False(_table.Remove("b", one));

        Assert.True(_table.Contains("a"));
    }

    [Fact]
    public void Dispatch_Channel_ReachesItsListenersOnly()
    {
        _table.Add("a", Entry("one"));
        _table.Add("a", Entry("two"));
        _table.Add("A", Entry("other case"));
        _table.Add("a*", Entry("pattern"));

        _table.Dispatch("a", new byte[] { 7 });

        Assert.Equal(["one a 7", "two a 7"], _seen);
    }

    [Fact]
    public void Dispatch_ListenerThrows_OthersStillHear()
    {
        _table.Add("a", new BackplaneHandlerEntry((_, _) => throw new InvalidOperationException("on purpose")));
        _table.Add("a", Entry("two"));

        _table.Dispatch("a", new byte[] { 7 });

        Assert.Equal(["two a 7"], _seen);
    }

    private BackplaneHandlerEntry Entry(string name) => new((channel, payload) => _seen.Add($"{name} {channel} {payload.Span[0]}"));
}
