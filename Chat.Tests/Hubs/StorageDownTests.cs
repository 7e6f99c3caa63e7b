using Chat.Contracts;
using Chat.Server.Storage.Model;
using Chat.Tests.Hubs.Wire;
using Chat.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Tests.Hubs;

/// <summary>While storage is away every call that needs it says so; none takes it for a refusal.</summary>
public sealed class StorageDownTests
{
    [Fact]
    public async Task AnyCall_StorageDown_IsStorageUnavailableUntilItIsBack()
    {
        FailingContexts? contexts = null;
        await using var server = await InProcessServer.StartAsync(
            builder => builder.Services.AddSingleton<IDbContextFactory<ChatDb>>(s =>
                contexts = new FailingContexts(s.GetRequiredService<IDbContextFactory<SqliteChatDb>>())),
            "Storage:ProbeInterval=00:00:00.050");
        var alice = await server.ConnectAsync("alice");
        var conversation = await alice.CreateAsync("direct", "bob");
        await alice.SendAsync(conversation, "m1", "before");

        contexts!.Failing = true;
        foreach (var (method, argument) in new (string, object)[]
        {
            ("Conversations", new { }),
            ("Send", new { id = "m2", conversation, type = "text", body = 1 }),
            ("Edit", new { id = "m3", conversation, @ref = "m1", body = 1 }),
            ("Delete", new { id = "m4", conversation, @ref = "m1" }),
            ("React", new { id = "m5", conversation, @ref = "m1", emoji = "👍" }),
            ("History", new { conversation }),
            ("History", new { conversation = "unknown" }),
            ("CreateConversation", new { kind = "direct", members = new[] { "carol" } }),
            ("AddMembers", new { conversation, users = new[] { "carol" } }),
            ("RemoveMember", new { conversation, user = "bob" }),
            ("Leave", new { conversation }),
            ("MarkRead", new { conversation, seq = 1 }),
            ("Presence", new { users = new[] { "bob" } }),
            ("Typing", new { conversation = "unknown" }),
        })
        {
            var answer = await alice.CallAsync(method, argument);
            Assert.Equal((method, ErrorCodes.StorageUnavailable), (method, ChatHubTests.CodeOf(answer)));
            Assert.True(answer.GetProperty("error").GetProperty("retryable").GetBoolean());
            Assert.Equal(30, answer.GetProperty("error").GetProperty("retryAfter").GetDouble());
        }

        Assert.Equal("storage", (await alice.NoticeAsync(NoticeKinds.Degraded)).Dependency);
        Assert.Null(ChatHubTests.CodeOf(await alice.CallAsync("Ping", new { })));
        var bob = await server.ConnectAsync("bob");
        await bob.NoticeAsync(NoticeKinds.Welcome);

        contexts.Failing = false;
        Assert.Equal("storage", (await alice.NoticeAsync(NoticeKinds.Restored)).Dependency);
        Assert.Equal((true, 2L), (await alice.SendAsync(conversation, "m2", "after")) is var receipt ? (receipt.Ok, receipt.Seq!.Value) : default);
        Assert.Equal("m1", (await bob.EventAsync()).Id);
        Assert.Equal("m2", (await bob.EventAsync()).Id);
    }

    [Fact]
    public async Task AnyCall_UnexpectedFailure_IsInternalWithATraceIdAndNoDetails()
    {
        FailingContexts? contexts = null;
        await using var server = await InProcessServer.StartAsync(builder => builder.Services.AddSingleton<IDbContextFactory<ChatDb>>(s =>
            contexts = new FailingContexts(s.GetRequiredService<IDbContextFactory<SqliteChatDb>>())));
        var alice = await server.ConnectAsync("alice");
        // Once events come, the connection has read all that it reads from storage; before, the fault would be the pump's.
        var conversation = await alice.CreateAsync("direct", "bob");
        await alice.SendAsync(conversation, "m1", "first");
        await alice.SendAsync(conversation, "m2", "second");
        await alice.EventAsync();
        await alice.EventAsync();
        contexts!.Fault = () => new FormatException("secret detail");
        contexts.Failing = true;
        var answer = await alice.CallAsync("Conversations", new { });
        contexts.Failing = false;

        Assert.Equal(ErrorCodes.Internal, ChatHubTests.CodeOf(answer));
        Assert.Matches("^[0-9a-f]{32}$", answer.GetProperty("error").GetProperty("traceId").GetString());
        Assert.DoesNotContain("secret", answer.ToString());
    }
}
