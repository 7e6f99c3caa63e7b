using Chat.Tests.Support;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using Xunit;

namespace Chat.Tests.Backplane.Scaleout;

/// <summary>What SignalR's own API promises on one server, whatever the bus and its state.</summary>
public abstract class HubLifetimeManagerContract : IAsyncLifetime
{
    private HubNode? _node;

    private protected HubNode Node => _node!;

    private HubLifetimeManager<TestHub> Manager => Node.Manager;

    public async Task InitializeAsync() => _node = (HubNode)await StartAsync();

    public virtual async Task DisposeAsync() => await Node.DisposeAsync();

    [Fact]
    public async Task OnConnected_Connection_IsAFeatureOfItself()
    {
        var connection = await Node.ConnectAsync();

        Assert.Same(connection.Context, connection.Context.Features.Get<HubConnectionContext>());
    }

    [Fact]
    public async Task SendAll_TwoConnections_BothRead()
    {
        var (one, two) = (await Node.ConnectAsync(), await Node.ConnectAsync());

        await Manager.SendAllAsync("Hello", ["World"]);

        await one.AssertReadsAsync("Hello", "World");
        await two.AssertReadsAsync("Hello", "World");
    }

    [Fact]
    public async Task SendAll_Disconnected_ReadsNothing()
    {
        var (stays, goes) = (await Node.ConnectAsync(), await Node.ConnectAsync());

        await Manager.OnDisconnectedAsync(goes);
        await Manager.SendAllAsync("Hello", ["World"]);

        await stays.AssertReadsAsync("Hello", "World");
        Assert.Null(goes.TryRead());
    }

    [Fact]
    public async Task SendAllExcept_Excluded_ReadsNothing()
    {
        var (one, two, three) = (await Node.ConnectAsync(), await Node.ConnectAsync(), await Node.ConnectAsync());

        await Manager.SendAllExceptAsync("Hello", ["World"], [one.Id, three.Id]);

        await two.AssertReadsAsync("Hello", "World");
        Assert.Null(one.TryRead());
        Assert.Null(three.TryRead());
    }

    [Fact]
    public async Task SendConnection_One_OthersReadNothing()
    {
        var (one, two) = (await Node.ConnectAsync(), await Node.ConnectAsync());

        await Manager.SendConnectionAsync(one.Id, "Hello", ["World"]);

        await one.AssertReadsAsync("Hello", "World");
        Assert.Null(two.TryRead());
    }

    [Fact]
    public async Task SendConnections_Some_OthersReadNothing()
    {
        var (one, two, three) = (await Node.ConnectAsync(), await Node.ConnectAsync(), await Node.ConnectAsync());

        await Manager.SendConnectionsAsync([one.Id, three.Id, "nobody"], "Hello", ["World"]);

        await one.AssertReadsAsync("Hello", "World");
        await three.AssertReadsAsync("Hello", "World");
        Assert.Null(two.TryRead());
    }

    [Fact]
    public async Task SendConnection_Unknown_DoesNotThrow() => await Manager.SendConnectionAsync("nobody", "Hello", ["World"]);

    [Fact]
    public async Task SendUser_SeveralConnections_AllOfTheUserAndNoOtherRead()
    {
        var (one, two, other, nameless) =
            (await Node.ConnectAsync("alice"), await Node.ConnectAsync("alice"), await Node.ConnectAsync("bob"), await Node.ConnectAsync());

        await Manager.SendUserAsync("alice", "Hello", ["World"]);

        await one.AssertReadsAsync("Hello", "World");
        await two.AssertReadsAsync("Hello", "World");
        Assert.Null(other.TryRead());
        Assert.Null(nameless.TryRead());
    }

    [Fact]
    public async Task SendUser_OneOfTwoConnectionsGone_TheOtherReads()
    {
        var (goes, stays) = (await Node.ConnectAsync("alice"), await Node.ConnectAsync("alice"));

        await Manager.OnDisconnectedAsync(goes);
        await Manager.SendUserAsync("alice", "Hello", ["World"]);

        await stays.AssertReadsAsync("Hello", "World");
        Assert.Null(goes.TryRead());
    }

    [Fact]
    public async Task SendUsers_Two_BothRead()
    {
        var (alice, bob, carol) = (await Node.ConnectAsync("alice"), await Node.ConnectAsync("bob"), await Node.ConnectAsync("carol"));

        await Manager.SendUsersAsync(["alice", "bob"], "Hello", ["World"]);

        await alice.AssertReadsAsync("Hello", "World");
        await bob.AssertReadsAsync("Hello", "World");
        Assert.Null(carol.TryRead());
    }

    [Fact]
    public async Task SendGroup_Members_ReadAndOthersDoNot()
    {
        var (member, other) = (await Node.ConnectInGroupAsync("group"), await Node.ConnectAsync());

        await Manager.SendGroupAsync("group", "Hello", ["World"]);

        await member.AssertReadsAsync("Hello", "World");
        Assert.Null(other.TryRead());
    }

    [Theory]
    [InlineData("gro*")]
    [InlineData("grou[p]")]
    [InlineData("GROUP")]
    [InlineData("group ")]
    public async Task SendGroup_NameThatOnlyResembles_IsAnother(string name)
    {
        var (member, resembling) = (await Node.ConnectInGroupAsync("group"), await Node.ConnectInGroupAsync(name));

        await Manager.SendGroupAsync("group", "Hello", ["World"]);
        await Manager.SendGroupAsync(name, "Hello", ["Resembling"]);

        await member.AssertReadsAsync("Hello", "World");
        await resembling.AssertReadsAsync("Hello", "Resembling");
        Assert.Null(member.TryRead());
    }

    [Fact]
    public async Task SendGroupExcept_Excluded_ReadsNothing()
    {
        var (one, two) = (await Node.ConnectInGroupAsync("group"), await Node.ConnectInGroupAsync("group"));

        await Manager.SendGroupExceptAsync("group", "Hello", ["World"], [two.Id]);

        await one.AssertReadsAsync("Hello", "World");
        Assert.Null(two.TryRead());
    }

    [Fact]
    public async Task SendGroups_Two_MembersOfEitherRead()
    {
        var (one, two, three) = (await Node.ConnectInGroupAsync("1"), await Node.ConnectInGroupAsync("2"), await Node.ConnectInGroupAsync("3"));

        await Manager.SendGroupsAsync(["1", "2"], "Hello", ["World"]);

        await one.AssertReadsAsync("Hello", "World");
        await two.AssertReadsAsync("Hello", "World");
        Assert.Null(three.TryRead());
    }

    [Fact]
    public async Task AddToGroup_Twice_IsOnce()
    {
        var member = await Node.ConnectInGroupAsync("group");

        await Manager.AddToGroupAsync(member.Id, "group");
        await Manager.SendGroupAsync("group", "Hello", ["World"]);

        await member.AssertReadsAsync("Hello", "World");
        Assert.Null(member.TryRead());
    }

    [Fact]
    public async Task RemoveFromGroup_Member_ReadsNothingMore()
    {
        var (stays, leaves) = (await Node.ConnectInGroupAsync("group"), await Node.ConnectInGroupAsync("group"));

        await Manager.RemoveFromGroupAsync(leaves.Id, "group");
        await Manager.SendGroupAsync("group", "Hello", ["World"]);

        await stays.AssertReadsAsync("Hello", "World");
        Assert.Null(leaves.TryRead());
    }

    [Fact]
    public async Task RemoveFromGroup_NotAMember_DoesNothing()
    {
        var connection = await Node.ConnectAsync();

        await Manager.RemoveFromGroupAsync(connection.Id, "group");
    }

    [Fact]
    public async Task OnDisconnected_Member_LeavesTheGroup()
    {
        var (stays, goes) = (await Node.ConnectInGroupAsync("group"), await Node.ConnectInGroupAsync("group"));

        await Manager.OnDisconnectedAsync(goes);
        await Manager.SendGroupAsync("group", "Hello", ["World"]);

        await stays.AssertReadsAsync("Hello", "World");
        Assert.Null(goes.TryRead());
    }

    [Fact]
    public async Task SendGroup_ManyMessages_StayInOrder()
    {
        var member = await Node.ConnectInGroupAsync("group");

        for (var n = 0; n < 500; n++)
        {
            await Manager.SendGroupAsync("group", "Hello", [$"{n}"]);
        }

        for (var n = 0; n < 500; n++)
        {
            await member.AssertReadsAsync("Hello", $"{n}");
        }
    }

    [Fact]
    public async Task SendGroup_OneConnectionFails_OthersRead()
    {
        var failing = TestConnection.ThatFails();
        await Manager.OnConnectedAsync(failing);
        await Manager.AddToGroupAsync(failing.Id, "group");
        var member = await Node.ConnectInGroupAsync("group");

        await Manager.SendGroupAsync("group", "Hello", ["1"]);
        await Manager.SendGroupAsync("group", "Hello", ["2"]);

        await member.AssertReadsAsync("Hello", "1");
        await member.AssertReadsAsync("Hello", "2");
    }

    [Fact]
    public async Task SendGroup_OneConnectionDoesNotRead_OthersReadAllAndItIsClosedOverTheBound()
    {
        // Room for a few messages; not one is ever read.
        var stalled = new TestConnection(roomBytes: 256);
        await Manager.OnConnectedAsync(stalled);
        await Manager.AddToGroupAsync(stalled.Id, "group");
        var member = await Node.ConnectInGroupAsync("group");

        // None of these sends may wait for it: the test would end here.
        for (var n = 0; n < 1_100; n++)
        {
            await Manager.SendGroupAsync("group", "Hello", [$"{n}"]);
            await member.AssertReadsAsync("Hello", $"{n}");
        }

        await Eventually.TrueAsync(() => stalled.Context.ConnectionAborted.IsCancellationRequested, "the stalled connection is closed");
        Assert.False(member.Context.ConnectionAborted.IsCancellationRequested);
    }

    [Fact]
    public async Task SendGroup_SlowConnectionWithinTheBound_ReadsAllInOrder()
    {
        var slow = new TestConnection(roomBytes: 256);
        await Manager.OnConnectedAsync(slow);
        await Manager.AddToGroupAsync(slow.Id, "group");

        for (var n = 0; n < 500; n++)
        {
            await Manager.SendGroupAsync("group", "Hello", [$"{n}"]);
        }

        for (var n = 0; n < 500; n++)
        {
            await slow.AssertReadsAsync("Hello", $"{n}");
        }
    }

    [Fact]
    public async Task Send_AlreadyCancelled_SendsNothing()
    {
        var connection = await Node.ConnectInGroupAsync("group");
        var cancelled = new CancellationToken(canceled: true);

        await Assert.ThrowsAsync<OperationCanceledException>(() => Manager.SendGroupAsync("group", "Hello", ["World"], cancelled));
        await Assert.ThrowsAsync<OperationCanceledException>(() => Manager.SendAllAsync("Hello", ["World"], cancelled));

        Assert.Null(connection.TryRead());
    }

    [Fact]
    public async Task Send_NameIsNull_IsRefused()
    {
        await Assert.ThrowsAsync<ArgumentNullException>(() => Manager.SendGroupAsync(null!, "Hello", []));
        await Assert.ThrowsAsync<ArgumentNullException>(() => Manager.SendUserAsync(null!, "Hello", []));
        await Assert.ThrowsAsync<ArgumentNullException>(() => Manager.SendConnectionAsync(null!, "Hello", []));
        await Assert.ThrowsAsync<ArgumentNullException>(() => Manager.AddToGroupAsync(null!, "group"));
        await Assert.ThrowsAsync<ArgumentNullException>(() => Manager.RemoveFromGroupAsync("connection", null!));
    }

    [Fact]
    public async Task Invoke_ClientReturns_GivesTheResult()
    {
        var connection = await Node.ConnectAsync();

        var result = Manager.InvokeConnectionAsync<int>(connection.Id, "Ask", ["World"], default);
        var asked = await connection.ReadAsync();
        Assert.Equal("Ask", asked.Target);
        Assert.True(Manager.TryGetReturnType(asked.InvocationId!, out var type));
        Assert.Equal(typeof(int), type);
        await Manager.SetConnectionResultAsync(connection.Id, CompletionMessage.WithResult(asked.InvocationId!, 42));

        Assert.Equal(42, await result);
        Assert.False(Manager.TryGetReturnType(asked.InvocationId!, out _));
    }

    [Fact]
    public async Task Invoke_ClientReturnsNull_GivesNull()
    {
        var connection = await Node.ConnectAsync();

        var result = Manager.InvokeConnectionAsync<string?>(connection.Id, "Ask", ["World"], default);
        var asked = await connection.ReadAsync();
        await Manager.SetConnectionResultAsync(connection.Id, CompletionMessage.WithResult(asked.InvocationId!, null));

        Assert.Null(await result);
    }

    [Fact]
    public async Task Invoke_ClientFails_ThrowsItsError()
    {
        var connection = await Node.ConnectAsync();

        var result = Manager.InvokeConnectionAsync<int>(connection.Id, "Ask", ["World"], default);
        var asked = await connection.ReadAsync();
        await Manager.SetConnectionResultAsync(connection.Id, CompletionMessage.WithError(asked.InvocationId!, "No."));

        Assert.Equal("No.", (await Assert.ThrowsAsync<HubException>(() => result)).Message);
    }

    [Fact]
    public async Task Invoke_AnotherClientAnswers_IsRefused()
    {
        var (asked, other) = (await Node.ConnectAsync(), await Node.ConnectAsync());
        var result = Manager.InvokeConnectionAsync<int>(asked.Id, "Ask", ["World"], default);
        var invocation = (await asked.ReadAsync()).InvocationId!;

        await Assert.ThrowsAsync<InvalidOperationException>(
            () => Manager.SetConnectionResultAsync(other.Id, CompletionMessage.WithResult(invocation, 13)));
        await Manager.SetConnectionResultAsync(asked.Id, CompletionMessage.WithResult(invocation, 42));

        Assert.Equal(42, await result);
    }

    [Fact]
    public async Task Invoke_Cancelled_ThrowsAndALateResultDoesNothing()
    {
        var connection = await Node.ConnectAsync();
        using var cancel = new CancellationTokenSource();
        var result = Manager.InvokeConnectionAsync<int>(connection.Id, "Ask", ["World"], cancel.Token);
        var asked = await connection.ReadAsync();

        await cancel.CancelAsync();

        Assert.Equal("Invocation canceled by the server.", (await Assert.ThrowsAsync<HubException>(() => result)).Message);
        await Manager.SetConnectionResultAsync(connection.Id, CompletionMessage.WithResult(asked.InvocationId!, 42));
    }

    [Fact]
    public async Task Invoke_ClientAborts_Throws()
    {
        var connection = await Node.ConnectAsync();
        var result = Manager.InvokeConnectionAsync<int>(connection.Id, "Ask", ["World"], default);
        await connection.ReadAsync();

        // No OnDisconnected yet: that comes after the hub's methods, one of which may be waiting for this very result.
        connection.Context.Abort();

        await Assert.ThrowsAsync<IOException>(() => result);
    }

    [Fact]
    public async Task Invoke_TwoAtOnce_EachGetsItsOwn()
    {
        var connection = await Node.ConnectAsync();
        var first = Manager.InvokeConnectionAsync<int>(connection.Id, "Ask", ["1"], default);
        var second = Manager.InvokeConnectionAsync<int>(connection.Id, "Ask", ["2"], default);
        var (one, two) = (await connection.ReadAsync(), await connection.ReadAsync());

        await Manager.SetConnectionResultAsync(connection.Id, CompletionMessage.WithResult(two.InvocationId!, 2));
        await Manager.SetConnectionResultAsync(connection.Id, CompletionMessage.WithResult(one.InvocationId!, 1));

        Assert.Equal((1, 2), (await first, await second));
    }

    [Fact]
    public async Task Invoke_NoSuchConnection_Throws()
    {
        var missing = await Assert.ThrowsAsync<IOException>(() => Manager.InvokeConnectionAsync<int>("nobody", "Ask", ["World"], default));

        Assert.Equal("Connection 'nobody' does not exist.", missing.Message);
    }

    private protected abstract Task<object> StartAsync();
}

/// <summary>One server and nothing else.</summary>
public sealed class AloneHubLifetimeManagerTests : HubLifetimeManagerContract
{
    [Fact]
    public async Task AddToGroup_ConnectionGone_DoesNothing() => await Node.Manager.AddToGroupAsync("nobody", "group");

    private protected override Task<object> StartAsync() => Task.FromResult<object>(HubNode.Alone());
}

/// <summary>Redis configured and never there: everything local works all the same.</summary>
public sealed class RedisGoneHubLifetimeManagerTests : HubLifetimeManagerContract
{
    [Fact]
    public async Task AddToGroup_ConnectionNotHereAndNobodyToAsk_SaysSo() =>
        await Assert.ThrowsAsync<IOException>(() => Node.Manager.AddToGroupAsync("elsewhere", "group"));

    private protected override async Task<object> StartAsync()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await redis.StopAsync();
        return await HubNode.OnRedisAsync(redis);
    }
}
