using Chat.Server.Backplane;
using Chat.Tests.Support;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using Xunit;

namespace Chat.Tests.Backplane.Scaleout;

/// <summary>What SignalR's own API promises across two servers.</summary>
public abstract class ScaleoutContract : IAsyncLifetime
{
    private HubNode? _here;
    private HubNode? _there;

    private HubNode Here => _here!;

    private HubNode There => _there!;

    public async Task InitializeAsync()
    {
        await StartAsync();
        _here = (HubNode)await JoinAsync();
        _there = (HubNode)await JoinAsync();
        await Here.SettleAsync();
        await There.SettleAsync();
    }

    public virtual async Task DisposeAsync()
    {
        await Here.DisposeAsync();
        await There.DisposeAsync();
    }

    [Fact]
    public async Task SendAll_ConnectionsOnBoth_AllReadOnce()
    {
        var (here, there) = (await Here.ConnectAsync(), await There.ConnectAsync());

        await Here.Manager.SendAllAsync("Hello", ["1"]);
        await Here.Manager.SendAllAsync("Hello", ["2"]);

        foreach (var connection in new[] { here, there })
        {
            await connection.AssertReadsAsync("Hello", "1");
            await connection.AssertReadsAsync("Hello", "2");
            Assert.Null(connection.TryRead());
        }
    }

    [Fact]
    public async Task SendAll_DisconnectedElsewhere_ReadsNothing()
    {
        var (here, there, gone) = (await Here.ConnectAsync(), await There.ConnectAsync(), await There.ConnectAsync());
        await There.Manager.OnDisconnectedAsync(gone);

        await Here.Manager.SendAllAsync("Hello", ["World"]);

        await here.AssertReadsAsync("Hello", "World");
        await there.AssertReadsAsync("Hello", "World");
        Assert.Null(gone.TryRead());
    }

    [Fact]
    public async Task SendAllExcept_ExcludedElsewhere_ReadsNothing()
    {
        var (excluded, other) = (await There.ConnectAsync(), await There.ConnectAsync());

        await Here.Manager.SendAllExceptAsync("Hello", ["World"], [excluded.Id]);

        await other.AssertReadsAsync("Hello", "World");
        Assert.Null(excluded.TryRead());
    }

    [Fact]
    public async Task SendConnection_Elsewhere_Reads()
    {
        var (there, other) = (await There.ConnectAsync(), await There.ConnectAsync());

        await Here.Manager.SendConnectionAsync(there.Id, "Hello", ["World"]);

        await there.AssertReadsAsync("Hello", "World");
        Assert.Null(other.TryRead());
    }

    [Fact]
    public async Task SendConnections_OnBoth_AllRead()
    {
        var (here, there, other) = (await Here.ConnectAsync(), await There.ConnectAsync(), await There.ConnectAsync());

        await Here.Manager.SendConnectionsAsync([here.Id, there.Id], "Hello", ["World"]);

        await here.AssertReadsAsync("Hello", "World");
        await there.AssertReadsAsync("Hello", "World");
        Assert.Null(other.TryRead());
    }

    [Fact]
    public async Task SendConnection_Here_IsNotSentAround()
    {
        // The same connection on both servers would read twice.
        var connection = await Here.ConnectAsync();
        await There.Manager.OnConnectedAsync(connection);

        await Here.Manager.SendConnectionAsync(connection.Id, "Hello", ["World"]);
        await There.Manager.SendAllAsync("Hello", ["End"]);

        await connection.AssertReadsAsync("Hello", "World");
        await connection.AssertReadsAsync("Hello", "End");
    }

    [Fact]
    public async Task SendConnection_ElsewhereAndFails_DoesNotThrow()
    {
        var failing = TestConnection.ThatFails();
        await There.Manager.OnConnectedAsync(failing);
        var well = await There.ConnectAsync();

        await Here.Manager.SendConnectionsAsync([failing.Id, well.Id], "Hello", ["World"]);

        await well.AssertReadsAsync("Hello", "World");
    }

    [Fact]
    public async Task SendUser_ConnectionsOnBoth_AllReadOnce()
    {
        var (here, there, other) = (await Here.ConnectAsync("alice"), await There.ConnectAsync("alice"), await There.ConnectAsync("bob"));
        await There.SettleAsync();

        await Here.Manager.SendUserAsync("alice", "Hello", ["World"]);
        await Here.Manager.SendAllAsync("Hello", ["End"]);

        foreach (var connection in new[] { here, there })
        {
            await connection.AssertReadsAsync("Hello", "World");
            await connection.AssertReadsAsync("Hello", "End");
        }

        await other.AssertReadsAsync("Hello", "End");
    }

    [Fact]
    public async Task SendUsers_OneHereOneElsewhere_BothRead()
    {
        var (alice, bob) = (await Here.ConnectAsync("alice"), await There.ConnectAsync("bob"));
        await There.SettleAsync();

        await Here.Manager.SendUsersAsync(["alice", "bob"], "Hello", ["World"]);

        await alice.AssertReadsAsync("Hello", "World");
        await bob.AssertReadsAsync("Hello", "World");
    }

    [Fact]
    public async Task SendUser_OneOfTwoElsewhereGone_TheOtherReads()
    {
        var (goes, stays) = (await There.ConnectAsync("alice"), await There.ConnectAsync("alice"));
        await There.Manager.OnDisconnectedAsync(goes);
        await There.SettleAsync();

        await Here.Manager.SendUserAsync("alice", "Hello", ["World"]);

        await stays.AssertReadsAsync("Hello", "World");
        Assert.Null(goes.TryRead());
    }

    [Fact]
    public async Task SendGroup_MemberElsewhere_Reads()
    {
        var (member, other) = (await There.ConnectInGroupAsync("group"), await There.ConnectAsync());

        await Here.Manager.SendGroupAsync("group", "Hello", ["World"]);

        await member.AssertReadsAsync("Hello", "World");
        Assert.Null(other.TryRead());
    }

    [Fact]
    public async Task SendGroupExcept_ExcludedElsewhere_ReadsNothing()
    {
        var (excluded, other) = (await There.ConnectInGroupAsync("group"), await There.ConnectInGroupAsync("group"));

        await Here.Manager.SendGroupExceptAsync("group", "Hello", ["World"], [excluded.Id]);

        await other.AssertReadsAsync("Hello", "World");
        Assert.Null(excluded.TryRead());
    }

    [Fact]
    public async Task SendGroups_MembersOnBoth_Read()
    {
        var (here, there) = (await Here.ConnectInGroupAsync("1"), await There.ConnectInGroupAsync("2"));

        await Here.Manager.SendGroupsAsync(["1", "2"], "Hello", ["World"]);

        await here.AssertReadsAsync("Hello", "World");
        await there.AssertReadsAsync("Hello", "World");
    }

    [Fact]
    public async Task AddToGroup_ConnectionElsewhere_IsAMemberWhenItReturns()
    {
        var there = await There.ConnectAsync();

        await Here.Manager.AddToGroupAsync(there.Id, "group");
        await Here.Manager.SendGroupAsync("group", "Hello", ["World"]);

        await there.AssertReadsAsync("Hello", "World");
    }

    [Fact]
    public async Task AddToGroup_ConnectionElsewhereAlreadyAMember_ReadsOnce()
    {
        var there = await There.ConnectInGroupAsync("group");

        await Here.Manager.AddToGroupAsync(there.Id, "group");
        await Here.Manager.SendGroupAsync("group", "Hello", ["World"]);
        await Here.Manager.SendAllAsync("Hello", ["End"]);

        await there.AssertReadsAsync("Hello", "World");
        await there.AssertReadsAsync("Hello", "End");
    }

    [Fact]
    public async Task RemoveFromGroup_ConnectionElsewhere_ReadsNothingMore()
    {
        var there = await There.ConnectInGroupAsync("group");

        await Here.Manager.RemoveFromGroupAsync(there.Id, "group");
        await Here.Manager.SendGroupAsync("group", "Hello", ["World"]);
        await Here.Manager.SendAllAsync("Hello", ["End"]);

        await there.AssertReadsAsync("Hello", "End");
    }

    [Fact]
    public async Task RemoveFromGroup_ConnectionElsewhereNotAMember_DoesNothing()
    {
        var there = await There.ConnectAsync();

        await Here.Manager.RemoveFromGroupAsync(there.Id, "group");
    }

    [Fact]
    public async Task AddToGroup_ConnectionNowhere_SaysThatNobodyConfirmed()
    {
        // Somebody listens, but does not have it.
        await There.ConnectAsync();

        await Assert.ThrowsAsync<IOException>(() => Here.Manager.AddToGroupAsync("nobody", "group"));
    }

    [Fact]
    public async Task SendGroup_SlowConnectionElsewhere_OthersThereReadAll()
    {
        var stalled = new TestConnection(roomBytes: 256);
        await There.Manager.OnConnectedAsync(stalled);
        await There.Manager.AddToGroupAsync(stalled.Id, "group");
        var member = await There.ConnectInGroupAsync("group");

        for (var n = 0; n < 1_100; n++)
        {
            await Here.Manager.SendGroupAsync("group", "Hello", [$"{n}"]);
            await member.AssertReadsAsync("Hello", $"{n}");
        }

        await Eventually.TrueAsync(() => stalled.Context.ConnectionAborted.IsCancellationRequested, "the stalled connection is closed");
    }

    [Fact]
    public async Task Invoke_ClientElsewhereReturns_GivesTheResult()
    {
        var there = await There.ConnectAsync();

        var result = Here.Manager.InvokeConnectionAsync<int>(there.Id, "Ask", ["World"], default);
        var asked = await there.ReadAsync();
        Assert.True(There.Manager.TryGetReturnType(asked.InvocationId!, out var type));
        Assert.Equal(typeof(RawResult), type);
        await There.Manager.SetConnectionResultAsync(there.Id, CompletionMessage.WithResult(asked.InvocationId!, 42));

        Assert.Equal(42, await result);
        Assert.False(There.Manager.TryGetReturnType(asked.InvocationId!, out _));
    }

    [Fact]
    public async Task Invoke_ClientElsewhereFails_ThrowsItsError()
    {
        var there = await There.ConnectAsync();

        var result = Here.Manager.InvokeConnectionAsync<int>(there.Id, "Ask", ["World"], default);
        var asked = await there.ReadAsync();
        await There.Manager.SetConnectionResultAsync(there.Id, CompletionMessage.WithError(asked.InvocationId!, "No."));

        Assert.Equal("No.", (await Assert.ThrowsAsync<HubException>(() => result)).Message);
    }

    [Fact]
    public async Task Invoke_ClientElsewhereReturnsAnotherType_Throws()
    {
        var there = await There.ConnectAsync();

        var result = Here.Manager.InvokeConnectionAsync<int>(there.Id, "Ask", ["World"], default);
        var asked = await there.ReadAsync();
        await There.Manager.SetConnectionResultAsync(there.Id, CompletionMessage.WithResult(asked.InvocationId!, "no number"));

        Assert.StartsWith("Error trying to deserialize result to Int32.", (await Assert.ThrowsAsync<HubException>(() => result)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Invoke_ClientElsewhereDisconnects_Throws()
    {
        var there = await There.ConnectAsync();
        var result = Here.Manager.InvokeConnectionAsync<int>(there.Id, "Ask", ["World"], default);
        await there.ReadAsync();

        there.Context.Abort();
        await There.Manager.OnDisconnectedAsync(there);

        Assert.Equal("Connection disconnected.", (await Assert.ThrowsAsync<HubException>(() => result)).Message);
    }

    [Fact]
    public async Task Invoke_CancelledWhileTheClientElsewhereThinks_IsForgottenThere()
    {
        var there = await There.ConnectAsync();
        using var cancel = new CancellationTokenSource();
        var result = Here.Manager.InvokeConnectionAsync<int>(there.Id, "Ask", ["World"], cancel.Token);
        var asked = await there.ReadAsync();

        await cancel.CancelAsync();

        Assert.Equal("Invocation canceled by the server.", (await Assert.ThrowsAsync<HubException>(() => result)).Message);
        await Eventually.TrueAsync(() => !There.Manager.TryGetReturnType(asked.InvocationId!, out _), "the other node has forgotten it");
    }

    [Fact]
    public async Task Invoke_AnotherClientElsewhereAnswers_IsRefused()
    {
        var (there, other) = (await There.ConnectAsync(), await There.ConnectAsync());
        var result = Here.Manager.InvokeConnectionAsync<int>(there.Id, "Ask", ["World"], default);
        var invocation = (await there.ReadAsync()).InvocationId!;

        await Assert.ThrowsAsync<InvalidOperationException>(
            () => There.Manager.SetConnectionResultAsync(other.Id, CompletionMessage.WithResult(invocation, 13)));
        await There.Manager.SetConnectionResultAsync(there.Id, CompletionMessage.WithResult(invocation, 42));

        Assert.Equal(42, await result);
    }

    [Fact]
    public async Task Invoke_FromBothServers_IdsDiffer()
    {
        var there = await There.ConnectAsync();

        var fromHere = Here.Manager.InvokeConnectionAsync<int>(there.Id, "Ask", ["1"], default);
        var first = await there.ReadAsync();
        var fromThere = There.Manager.InvokeConnectionAsync<int>(there.Id, "Ask", ["2"], default);
        var second = await there.ReadAsync();
        await There.Manager.SetConnectionResultAsync(there.Id, CompletionMessage.WithResult(second.InvocationId!, 2));
        await There.Manager.SetConnectionResultAsync(there.Id, CompletionMessage.WithResult(first.InvocationId!, 1));

        Assert.NotEqual(first.InvocationId, second.InvocationId);
        Assert.Equal((1, 2), (await fromHere, await fromThere));
    }

    [Fact]
    public async Task Invoke_ConnectionNowhere_Throws()
    {
        var missing = await Assert.ThrowsAsync<IOException>(() => Here.Manager.InvokeConnectionAsync<int>("nobody", "Ask", ["World"], default));

        Assert.Equal("Connection 'nobody' does not exist.", missing.Message);
    }

    [Fact]
    public async Task OnMessage_Unreadable_IsDroppedAndTheNextArrives()
    {
        var there = await There.ConnectAsync();

        Here.Bus.Publish($"hub:{typeof(TestHub).FullName}:all", new byte[] { 1, 255, 255, 255, 255, 255, 255 });
        Here.Bus.Publish($"hub:{typeof(TestHub).FullName}:direct", new byte[] { 99 });
        Here.Bus.Publish($"hub:{typeof(TestHub).FullName}:all", ReadOnlyMemory<byte>.Empty);
        await Here.Manager.SendAllAsync("Hello", ["World"]);

        await there.AssertReadsAsync("Hello", "World");
    }

    /// <summary>Before the nodes.</summary>
    private protected virtual Task StartAsync() => Task.CompletedTask;

    private protected abstract Task<object> JoinAsync();
}

/// <summary>Two servers in one process.</summary>
public sealed class LocalScaleoutTests : ScaleoutContract
{
    private readonly LocalBus _bus = new();

    private protected override Task<object> JoinAsync() => Task.FromResult<object>(HubNode.On(_bus));
}

/// <summary>Two servers on one Redis.</summary>
public sealed class RedisScaleoutTests : ScaleoutContract
{
    private RedisServer? _redis;

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _redis!.DisposeAsync();
    }

    private protected override async Task StartAsync() => _redis = await RedisServer.StartNewAsync();

    private protected override async Task<object> JoinAsync()
    {
        var node = await HubNode.OnRedisAsync(_redis!);
        await Eventually.EqualAsync(BackplaneMode.Redis, () => node.Bus.Status.Mode, "the mode");
        return node;
    }
}
