using System.Net;
using Chat.Contracts.Management;
using Chat.Tests.Hubs.Wire;
using Chat.Tests.Management;
using Chat.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Tests.Faults;

/// <summary>F36: somebody sets the clock of the machine, by an hour or a day, there and back.</summary>
public sealed class When_the_clock_jumps
{
    private const int Messages = 5;

    [Fact]
    public async Task Nobody_is_dropped_the_order_stays_and_no_alert_is_told()
    {
        var time = new JumpingTimeProvider();
        await using var server = await InProcessServer.StartAsync(
            builder => builder.Services.AddSingleton<TimeProvider>(time),
            $"Alerts:Folder={TestRun.NewFolder("alerts")}",
            "Presence:Grace=00:00:02");
        using var management = new HttpClient { BaseAddress = server.ManagementAddress };
        await using var alice = await WireClient.ConnectAsync(server.Address, server.Token("alice", TimeSpan.FromDays(10)));
        await using var bob = await WireClient.ConnectAsync(server.Address, server.Token("bob", TimeSpan.FromDays(10)));

        // On a busy machine a server that was started just now may take its database for lost at first; clients come back, and so do these.
        var conversation = (await Eventually.GetAsync(
            () => alice.CallAsync("CreateConversation", new { kind = "direct", members = new[] { "bob" } }), r => r.GetProperty("ok").GetBoolean(), "the conversation begins"))
            .GetProperty("conversation").GetProperty("id").GetString()!;
        var seq = 0L;
        var before = await FiringAsync();

        foreach (var ahead in (double[])[0, 1, -1, 0, 24, -24, 0])
        {
            for (var i = 0; i < Messages; i++)
            {
                var id = Guid.CreateVersion7().ToString();
                await Eventually.TrueAsync(async () => (await alice.SendAsync(conversation, id, $"{ahead} h")).Ok, "the send is taken");
                Assert.Equal(++seq, (await bob.EventAsync()).Seq);
            }

            // Owed and not acknowledged when it happens, and looked at for longer than the grace of whoever would be away.
            time.Ahead = TimeSpan.FromHours(ahead);
            await Task.Delay(TimeSpan.FromSeconds(3));
            await bob.AckAsync(conversation, seq);
            Assert.Equal("online", await PresenceOfBobAsync());
            using var ready = await server.Http.GetAsync("/ready");
            Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
            Assert.Equal((ahead, ""), (ahead, string.Join(", ", (await FiringAsync()).Except(before))));
        }

        // And whoever comes anew is served from where he was, whatever the events say of their time.
        await using var laptop = await WireClient.ConnectAsync(server.Address, server.Token("bob", TimeSpan.FromDays(10)), "laptop");
        for (var next = 1L; next <= seq; next++)
        {
            Assert.Equal(next, (await laptop.EventAsync()).Seq);
        }

        // The machine's own troubles (a full disk, too many tests) were there before.
        async Task<string[]> FiringAsync() => [.. (await management.ReadAsync<AlertsAnswer>(ManagementRoutes.Alerts)).Firing.Select(a => a.Rule)];

        async Task<string?> PresenceOfBobAsync() =>
            (await alice.CallAsync("Presence", new { users = new[] { "bob" } })).GetProperty("presence").GetProperty("bob").GetString();
    }
}
