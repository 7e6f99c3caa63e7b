using Chat.Contracts;
using Chat.Tests.Hubs.Wire;

namespace Chat.Tests.Hubs;

public sealed class PresenceNoticesTests
{
    [Fact]
    public async Task Presence_ComesAndGoes_IsToldToThoseWhoShareAConversation()
    {
        await using var server = await InProcessServer.StartAsync("Presence:Grace=00:00:00.100");
        var alice = await server.ConnectAsync("alice");
        await alice.CreateAsync("direct", "bob");
        await alice.CreateAsync("direct", "carol");

        var bob = await server.ConnectAsync("bob");
        var mallory = await server.ConnectAsync("mallory");
        var online = await alice.NoticeAsync(NoticeKinds.Presence);
        Assert.Equal(("bob", "online"), (online.User, online.State));

        await bob.DisposeAsync();
        var offline = await alice.NoticeAsync(NoticeKinds.Presence);
        Assert.Equal(("bob", "offline"), (offline.User, offline.State));

        // Nothing of mallory, who shares nothing with alice, lies between.
        await mallory.DisposeAsync();
        await server.ConnectAsync("carol");
        var next = await alice.NoticeAsync(NoticeKinds.Presence);
        Assert.Equal(("carol", "online"), (next.User, next.State));
    }
}
