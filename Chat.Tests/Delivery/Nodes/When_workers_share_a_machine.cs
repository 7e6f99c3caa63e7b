using System.Globalization;
using System.Text.Json;
using Chat.Contracts;
using Chat.Tests.Support;
using Chat.Tests.Support.Clients;

namespace Chat.Tests.Delivery.Nodes;

/// <summary>Two workers of one supervisor, without Redis; the journal is read only at the start, so all that crosses is what they tell each other.</summary>
public sealed class When_workers_share_a_machine
{
    private const int Connections = 12;

    [Fact]
    public async Task On_SQLite_events_typing_and_presence_cross_between_them()
    {
        await using var server = await ServerProcess.StartNewAsync(new ServerSettings
        {
            Workers = 2,
            Options = new Dictionary<string, string?> { ["Delivery:FollowInterval"] = "00:10:00", ["Delivery:SweepInterval"] = "00:10:00" },
        });
        await Eventually.EqualAsync(2, () => HealthyWorkersAsync(server), "the number of healthy workers", TimeSpan.FromMinutes(1));

        // The kernel spreads connections over the workers: of so many it is next to impossible that one has none.
        await using var alice = await StockClient.ConnectedAsync(server.Url, "alice");
        var bobs = new List<StockClient>();
        for (var n = 0; n < Connections; n++)
        {
            bobs.Add(await StockClient.ConnectedAsync(server.Url, "bob", $"d{n}"));
        }

        var conversation = (await alice.CreateDirectAsync("bob")).Id;
        for (var n = 0; n < 20; n++)
        {
            Assert.True((await alice.SendAsync(conversation, new { n })).Ok);
        }

        foreach (var bob in bobs)
        {
            await bob.Inbox.WaitForCountAsync(20);
            Assert.Equal(Enumerable.Range(1, 20).Select(n => (long?)n), bob.Inbox.Items.Select(e => e.Seq));
        }

        await Eventually.TrueAsync(async () => await CounterAsync(server, "chat_backplane_hint_received_total") >= 20, "the other worker received the hints");
        Assert.True((await alice.CallAsync<Result>("Typing", new TypingRequest(conversation))).Ok);
        foreach (var bob in bobs)
        {
            await bob.WaitForNoticeAsync(NoticeKinds.Typing);
        }

        foreach (var bob in bobs)
        {
            await Eventually.EqualAsync("online", async () => (await bob.CallAsync<PresenceResult>("Presence", new PresenceRequest(["alice"]))).Presence!["alice"], "alice");
            var roster = await bob.CallAsync<PresenceResult>("Presence", new PresenceRequest(Conversation: conversation));
            Assert.Equal(["alice", "bob"], roster.Presence!.Keys.Order());
            Assert.Null(roster.Partial);
            await bob.DisposeAsync();
        }
    }

    private static async Task<int> HealthyWorkersAsync(ServerProcess server)
    {
        using var response = await server.Management.GetAsync("/health");
        return JsonElement.Parse(await response.Content.ReadAsStringAsync()).GetProperty("workers").GetProperty("healthy").GetInt32();
    }

    private static async Task<double> CounterAsync(ServerProcess server, string name) =>
        (await server.Management.GetStringAsync("/metrics")).Split('\n')
            .Where(line => line.StartsWith(name, StringComparison.Ordinal))
            .Sum(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
}
