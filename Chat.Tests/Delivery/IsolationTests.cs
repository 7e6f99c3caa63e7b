using System.Text.Json;
using Chat.Contracts;
using Chat.Server.Delivery;
using Chat.Server.Delivery.Feeds;
using Chat.Server.Delivery.Pumps;
using Chat.Server.Storage;
using Chat.Server.Storage.Model;
using Chat.Tests.Backplane.Scaleout;
using Chat.Tests.Hubs.Wire;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Tests.Delivery;

/// <summary>Every subscriber is on its own: what is wrong with one, or with one event, never touches the next.</summary>
public sealed class IsolationTests
{
    /// <summary>A busy disk is not what these are about.</summary>
    private static readonly string[] Patient = ["Storage:AnswerWithin=00:00:30", "Storage:CommandTimeout=00:00:30"];

    [Fact]
    public async Task Subscriber_WhoseWriteThrows_IsClosedAndTheOthersGetEverything()
    {
        await using var server = await InProcessServer.StartAsync(Patient);
        var alice = await server.ConnectAsync("alice");
        var conversation = await alice.CreateAsync("direct", "bob");
        await alice.SendAsync(conversation, "m1", "before");
        Assert.Equal("m1", (await alice.EventAsync()).Id);

        // First in the feed's list are the broken ones: of a member, live, and one that only gets provisional events.
        var feed = server.Services.GetRequiredService<FeedTable>().Find(conversation)!;
        var broken = TestConnection.ThatFails();
        var pump = new ConnectionPump(broken, "bob", "broken", _ => true, server.Services.GetRequiredService<PumpServices>());
        var subscription = pump.Join(conversation, 1)!;
        feed.TryGoLive(subscription);
        var bob = await server.ConnectAsync("bob");
        Assert.Equal("m1", (await bob.EventAsync()).Id);

        for (var i = 2; i <= 5; i++)
        {
            await alice.SendAsync(conversation, $"m{i}", "after");
            Assert.Equal(($"m{i}", (long?)i), (await bob.EventAsync()) is var e ? (e.Id, e.Seq) : default);
        }

        Assert.True(broken.Context.ConnectionAborted.IsCancellationRequested);
    }

    [Fact]
    public async Task Subscriber_WhoseWriteThrows_DoesNotKeepProvisionalEventsFromTheOthers()
    {
        await using var server = await InProcessServer.StartAsync(Patient);
        var alice = await server.ConnectAsync("alice");
        var conversation = await alice.CreateAsync("direct", "bob");
        await alice.SendAsync(conversation, "m1", "before");
        Assert.Equal("m1", (await alice.EventAsync()).Id);
        var pump = new ConnectionPump(TestConnection.ThatFails(), "bob", "broken", _ => true, server.Services.GetRequiredService<PumpServices>());
        pump.Join(conversation, 1);
        var bob = await server.ConnectAsync("bob");
        Assert.Equal("m1", (await bob.EventAsync()).Id);

        server.Services.GetRequiredService<DeliveryService>().ShowProvisional(Provisional(conversation, "p1"), () => false);

        Assert.Equal(("p1", null), (await bob.EventAsync()) is var e ? (e.Id, e.Seq) : default);
        Assert.Equal("p1", (await alice.EventAsync()).Id);
    }

    [Fact]
    public async Task Event_ThatCannotBeWritten_ArrivesBlankAndItsNeighboursAsTheyAre()
    {
        await using var server = await InProcessServer.StartAsync([.. Patient, "Delivery:RecentEvents=0"]);
        var alice = await server.ConnectAsync("alice");
        var conversation = await alice.CreateAsync("direct", "bob");
        for (var i = 1; i <= 5; i++)
        {
            await alice.SendAsync(conversation, $"m{i}", $"text {i}");
        }

        await using (var db = await server.Services.GetRequiredService<IDbContextFactory<ChatDb>>().CreateDbContextAsync())
        {
            // No such time can be written.
            await db.Outbox.Where(o => o.Id == "m3").ExecuteUpdateAsync(o => o.SetProperty(p => p.At, long.MaxValue));
        }

        var bob = await server.ConnectAsync("bob");
        var seen = new List<ChatEvent>();
        for (var i = 1; i <= 5; i++)
        {
            seen.Add(await bob.EventAsync());
        }

        Assert.Equal([1, 2, 3, 4, 5], seen.Select(e => e.Seq!.Value));
        Assert.Equal([false, false, true, false, false], seen.Select(e => e.Body is not { ValueKind: JsonValueKind.Object }));
    }

    [Fact]
    public void Frames_OfAnEventThatCannotBeWritten_CountItAndKeepTheRest()
    {
        var before = Frames.Blanked;
        LogEvent[] events = [Provisional("c", "a"), Bad("b"), Provisional("c", "d")];

        var text = System.Text.Encoding.UTF8.GetString(Frames.BytesOf(Frames.Events(events)).Span);

        Assert.True(Frames.Blanked > before);
        Assert.Contains("\"id\":\"a\"", text, StringComparison.Ordinal);
        Assert.Contains("\"id\":\"b\"", text, StringComparison.Ordinal);
        Assert.Contains("\"id\":\"d\"", text, StringComparison.Ordinal);
        Assert.EndsWith("\u001e", text, StringComparison.Ordinal);

        static LogEvent Bad(string id) =>
            new() { Conversation = "c", Epoch = 1, Seq = 7, Id = id, Type = "text", Sender = "alice", At = 1, ExpiresAt = long.MaxValue };
    }

    private static LogEvent Provisional(string conversation, string id) =>
        new() { Conversation = conversation, Epoch = 0, Seq = 0, Id = id, Type = "text", Sender = "alice", At = 1, Body = "1"u8.ToArray() };
}
