using System.Collections.Concurrent;
using System.Reflection;
using Chat.Client;
using Chat.Contracts;
using Chat.Server.Hubs;
using Chat.Tests.Client.Support;
using Chat.Tests.Hubs.Wire;
using Chat.Tests.Support;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Tests.Client;

/// <summary>Whatever the hub can do the client can: every method, against the real server, by the client's own calls alone.</summary>
public sealed class When_a_client_makes_every_call
{
    /// <summary>The hub's methods, but for those of its life.</summary>
    internal static IReadOnlyList<string> Calls { get; } =
    [
        .. typeof(ChatHub).GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .Where(m => m.GetBaseDefinition().DeclaringType == typeof(ChatHub)).Select(m => m.Name),
    ];

    [Fact]
    public async Task The_hub_hears_each_of_its_methods_and_each_succeeds()
    {
        var heard = new Heard();
        await using var server = await InProcessServer.StartAsync(builder => builder.Services.Configure<HubOptions>(hub => hub.AddFilter(heard)));
        await using var bob = App(server, "bob");
        await using var app = App(server, "alice");
        await Task.WhenAll(app.Client.ConnectAsync(), bob.Client.ConnectAsync()).WaitAsync(Eventually.Patience);
        var alice = app.Client;

        var group = Ok(await alice.CreateGroupAsync("Team", ["bob"])).Conversation!.Id;
        var direct = Ok(await alice.CreateDirectAsync("bob")).Conversation!.Id;
        var receipt = Ok(await alice.SendAsync(group, "text", new { text = "one" }));
        foreach (var other in await alice.SendBatchAsync([Message(group), Message(group)]))
        {
            Ok(other);
        }

        Ok(await alice.EditAsync(group, receipt.Id!, new { text = "two" }));
        Ok(await alice.ReactAsync(group, receipt.Id!, "👍"));
        Ok(await alice.DeleteAsync(group, receipt.Id!));
        Ok(await alice.AddMembersAsync(group, ["carol"]));
        Ok(await alice.RemoveMemberAsync(group, "carol"));
        Assert.Equal(8, Ok(await alice.HistoryAsync(group)).Head);
        Ok(await alice.MarkReadAsync(group, 2));
        Assert.Equal([direct, group], Ok(await alice.ConversationsAsync()).Conversations!.Select(c => c.Id).Order(StringComparer.Ordinal).OrderBy(id => id != direct));
        await alice.TypingAsync(group);
        await bob.Notices.NextAsync(n => n is { Kind: NoticeKinds.Typing, User: "alice" });
        Assert.Equal("online", Ok(await alice.PresenceAsync(["bob"])).Presence!["bob"]);
        Ok(await alice.RosterAsync(group));
        Ok(await alice.SubscribeAsync("news"));
        Ok(await alice.PublishAsync("news", "item", 1));
        await app.Events.NextAsync(e => e.Conversation == "topic:news");
        Ok(await alice.UnsubscribeAsync("news"));
        Ok(await alice.RefreshTokenAsync());
        Ok(await alice.PingAsync());
        Ok(await bob.Client.LeaveAsync(group));
        await Eventually.TrueAsync(() => heard.Names.ContainsKey("Ack"), "what was handled is acknowledged");

        Assert.Equal(Calls.Order(), heard.Names.Keys.Order());
    }

    private static ClientUnderTest App(InProcessServer server, string user) => new(
        server.Address, options => options.AccessTokenProvider = _ => ValueTask.FromResult<string?>(server.Token(user)));

    private static SendRequest Message(string conversation) => new(null, conversation, "text", System.Text.Json.JsonSerializer.SerializeToElement("more"));

    private static T Ok<T>(T result)
        where T : Result
    {
        Assert.True(result.Ok, result.Error?.ToString());
        return result;
    }

    private sealed class Heard : IHubFilter
    {
        public ConcurrentDictionary<string, bool> Names { get; } = new();

        public ValueTask<object?> InvokeMethodAsync(HubInvocationContext context, Func<HubInvocationContext, ValueTask<object?>> next)
        {
            Names[context.HubMethodName] = true;
            return next(context);
        }
    }
}
