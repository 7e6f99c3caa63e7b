using System.Text;
using Chat.Server.Backplane;
using Chat.Tests.Support;
using Xunit;

namespace Chat.Tests.Backplane;

/// <summary>What holds for every bus that connects two nodes.</summary>
public abstract class BackplaneContract : IAsyncLifetime
{
    private IBackplane? _here;
    private IBackplane? _there;

    private IBackplane Here => _here!;

    private IBackplane There => _there!;

    public async Task InitializeAsync()
    {
        await StartAsync();
        _here = await JoinAsync() as IBackplane;
        _there = await JoinAsync() as IBackplane;
    }

    public abstract Task DisposeAsync();

    [Fact]
    public async Task Publish_SubscribedElsewhere_Arrives()
    {
        using var heard = await Heard.OnAsync(There, "a");

        Assert.True(Publish(Here, "a", "hello"));

        Assert.Equal("hello", await heard.NextAsync());
    }

    [Fact]
    public async Task Publish_SubscribedOnTheSameNode_IsNotEchoed()
    {
        using var own = await Heard.OnAsync(Here, "a");
        using var other = await Heard.OnAsync(There, "a");

        Publish(Here, "a", "mine");
        Publish(There, "a", "theirs");

        Assert.Equal("mine", await other.NextAsync());
        Assert.Equal("theirs", await own.NextAsync());
        Assert.Empty(own.Rest());
    }

    [Fact]
    public async Task Publish_OtherChannel_IsNotHeard()
    {
        using var heard = await Heard.OnAsync(There, "a");

        Publish(Here, "b", "not for you");
        Publish(Here, "a", "for you");

        Assert.Equal("for you", await heard.NextAsync());
        Assert.Empty(heard.Rest());
    }

    [Theory]
    [InlineData("a*")]
    [InlineData("[abc]")]
    [InlineData("a?c")]
    public async Task Subscribe_NameThatLooksLikeAPattern_IsLiteral(string name)
    {
        using var heard = await Heard.OnAsync(There, name);

        Publish(Here, "abc", "matches as a pattern");
        Publish(Here, "a", "matches as a pattern");
        Publish(Here, name, "the name itself");

        Assert.Equal("the name itself", await heard.NextAsync());
        Assert.Empty(heard.Rest());
    }

    [Fact]
    public async Task Publish_ManyMessages_ArriveInOrder()
    {
        using var heard = await Heard.OnAsync(There, "a");

        for (var n = 0; n < 5_000; n++)
        {
            Assert.True(Publish(Here, "a", $"{n}"));
        }

        for (var n = 0; n < 5_000; n++)
        {
            Assert.Equal($"{n}", await heard.NextAsync());
        }
    }

    [Fact]
    public async Task Publish_BufferReusedByTheCaller_IsUnharmed()
    {
        using var heard = await Heard.OnAsync(There, "a");
        var buffer = "first"u8.ToArray();

        Here.Publish("a", buffer);
        "other"u8.CopyTo(buffer);

        Assert.Equal("first", await heard.NextAsync());
    }

    [Fact]
    public async Task Publish_EmptyPayload_Arrives()
    {
        using var heard = await Heard.OnAsync(There, "a");

        Publish(Here, "a", "");

        Assert.Equal("", await heard.NextAsync());
    }

    [Fact]
    public async Task Publish_LargePayload_Arrives()
    {
        using var heard = await Heard.OnAsync(There, "a");
        var large = new string('x', 1_000_000);

        Publish(Here, "a", large);

        Assert.Equal(large, await heard.NextAsync());
    }

    [Fact]
    public async Task Dispose_OneOfTwoSubscriptions_LeavesTheOther()
    {
        using var stays = await Heard.OnAsync(There, "a");
        var goes = await Heard.OnAsync(There, "a");

        goes.Dispose();
        Publish(Here, "a", "hello");

        Assert.Equal("hello", await stays.NextAsync());
        Assert.Empty(goes.Rest());
    }

    [Fact]
    public async Task Dispose_Twice_IsOnce()
    {
        using var stays = await Heard.OnAsync(There, "a");
        var goes = await Heard.OnAsync(There, "a");
        goes.Dispose();

        goes.Dispose();
        Publish(Here, "a", "hello");

        Assert.Equal("hello", await stays.NextAsync());
    }

    [Fact]
    public async Task Subscribe_AfterTheLastWasDisposed_HearsAgain()
    {
        for (var round = 0; round < 20; round++)
        {
            using var heard = await Heard.OnAsync(There, "a");
            Publish(Here, "a", $"{round}");
            Assert.Equal($"{round}", await heard.NextAsync());
        }
    }

    [Fact]
    public async Task Subscribe_HandlerThrows_TheNextMessageArrives()
    {
        using var faulty = There.Subscribe("a", (_, _) => throw new InvalidOperationException("on purpose"));
        using var heard = await Heard.OnAsync(There, "a");

        Publish(Here, "a", "1");
        Publish(Here, "a", "2");

        Assert.Equal("1", await heard.NextAsync());
        Assert.Equal("2", await heard.NextAsync());
    }

    [Fact]
    public async Task Subscribe_ManyChannelsAtOnce_AllHear()
    {
        var heard = await Task.WhenAll(Enumerable.Range(0, 1_000).Select(n => Heard.OnAsync(There, $"many:{n}")));

        for (var n = 0; n < heard.Length; n++)
        {
            Publish(Here, $"many:{n}", $"{n}");
        }

        for (var n = 0; n < heard.Length; n++)
        {
            Assert.Equal($"{n}", await heard[n].NextAsync());
            heard[n].Dispose();
        }
    }

    private protected static bool Publish(IBackplane bus, string channel, string text) => bus.Publish(channel, Encoding.UTF8.GetBytes(text));

    /// <summary>Before the nodes.</summary>
    private protected virtual Task StartAsync() => Task.CompletedTask;

    private protected abstract Task<object> JoinAsync();
}
