using Chat.Contracts;
using Chat.Server.Storage.DeadLetters;
using Chat.Server.Storage.Model;
using Chat.Tests.Hubs.Wire;
using Chat.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Chat.Tests.Delivery.DeadLetters;

/// <summary>Dead letters as any client sees them on the wire, without a word about errors.</summary>
public sealed class DeadLetterWireTests : IAsyncLifetime
{
    private InProcessServer _server = null!;

    public async Task InitializeAsync() => _server = await InProcessServer.StartAsync(
        "Delivery:ResendAfter=00:00:01", "Delivery:CloseAfter=00:00:04", "Delivery:DeadLetterAfter=2", "Delivery:DeadLettersPerDevice=1");

    public async Task DisposeAsync() => await _server.DisposeAsync();

    private async Task<(WireClient Alice, string Conversation)> ToAsync(string user, int count)
    {
        var alice = await _server.ConnectAsync("alice");
        var conversation = await alice.CreateAsync("direct", user);
        for (var i = 1; i <= count; i++)
        {
            Assert.True((await alice.SendAsync(conversation, $"{conversation}-{i}", $"{i}")).Ok);
        }

        return (alice, conversation);
    }

    private RoundLimits Limits => new(1, TimeSpan.Zero, 1);

    [Fact]
    public async Task ClientThatPassesAnEventOver_IsToldOnTheSpot_AndGetsTheRestAgain()
    {
        var (alice, conversation) = await ToAsync("bob", 3);
        var busy = await alice.CreateAsync("group", "bob");
        await using var bob = await _server.ConnectAsync("bob", "phone");
        using var over = new CancellationTokenSource();
        var acknowledging = Task.Run(async () =>
        {
            for (var n = 1; !over.IsCancellationRequested; n++)
            {
                var receipt = await alice.SendAsync(busy, $"busy-{n}", "x");
                await bob.AckAsync(busy, receipt.Seq!.Value);
                await Task.Delay(100);
            }
        });

        var skipped = await bob.NoticeAsync(NoticeKinds.Skipped);
        Assert.Equal((conversation, 1L, SkipReasons.DeadLetter), (skipped.Conversation, skipped.Seq, skipped.Reason));
        // Sent once, twice more in rounds, and what comes behind once more after the notice; then it is acknowledged at last.
        ChatEvent e;
        do
        {
            e = await bob.EventAsync();
        }
        while (!(e.Conversation == conversation && e.Seq == 3 && e.Attempt == 2));
        await bob.AckAsync(conversation, 3);
        await over.CancelAsync();
        await acknowledging;
        await bob.CallAsync("Ping", new { });

        Assert.Equal((2, FailureReasons.Unacknowledged), ((await _server.LetterAsync("bob", DeadLetterState.Dead)).Attempts, (await _server.LettersAsync("bob"))[0].Reason));
        Assert.True((await alice.SendAsync(conversation, "next", "4")).Ok);
        await using var back = await _server.ConnectAsync("bob", "phone");
        do
        {
            e = await back.EventAsync();
        }
        while (e.Conversation != conversation);
        Assert.Equal(4, e.Seq);
    }

    [Fact]
    public async Task ClientThatIsThereButAcknowledgesNothing_LosesTheEventAfterItsRounds_AFrozenOneNever()
    {
        await ToAsync("carol", 2);
        var (_, conversation) = await ToAsync("dave", 2);
        var frozen = Task.Run(async () =>
        {
            for (var connection = 0; connection < 3; connection++)
            {
                await using var carol = await _server.ConnectAsync("carol", "phone");
                Assert.Equal(1, (await carol.EventAsync()).Seq);
                await carol.Closed;
            }
        });

        long? skipped = null;
        for (var connection = 0; skipped is null && connection < 10; connection++)
        {
            await using var dave = await _server.ConnectAsync("dave", "phone");
            var told = dave.NoticeAsync(NoticeKinds.Skipped);
            while (!dave.Closed.IsCompleted && !told.IsCompleted)
            {
                await dave.WriteAsync("""{"type":6}""").ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
                await Task.WhenAny(told, dave.Closed, Task.Delay(200));
            }

            skipped = told.IsCompletedSuccessfully ? (await told).Seq : null;
            await told.ContinueWith(t => t.Exception, TaskScheduler.Default);
        }

        Assert.Equal(1, skipped);
        await using (var dave = await _server.ConnectAsync("dave", "phone"))
        {
            Assert.Equal((conversation, 2L), ((await dave.EventAsync()) is var e ? e.Conversation : "", e.Seq));
        }

        await frozen;
        Assert.Empty(await _server.LettersAsync("carol"));
    }

    [Fact]
    public async Task DeviceThatWasNotTold_IsToldAtItsNextConnect_ThenTheQueueFlowsOn()
    {
        var (_, conversation) = await ToAsync("erin", 2);
        await using (var first = await _server.ConnectAsync("erin", "phone"))
        {
            await first.EventAsync();
        }

        var store = _server.Services.GetRequiredService<DeadLetterStore>();
        Assert.Equal(RoundOutcome.Buried, await store.CountAsync(new("erin", "phone", conversation, 1, FailureReasons.Unacknowledged, null), Limits, default));
        for (var connection = 0; connection < 2; connection++)
        {
            await using var erin = await _server.ConnectAsync("erin", "phone");
            if (connection == 0)
            {
                Assert.Equal(1, (await erin.NoticeAsync(NoticeKinds.Skipped)).Seq);
            }

            Assert.Equal(2, (await erin.EventAsync()).Seq);
        }
    }

    [Fact]
    public async Task DeviceOverItsQuota_IsToldThatTheEventIsNotKept()
    {
        var (_, conversation) = await ToAsync("frank", 3);
        var store = _server.Services.GetRequiredService<DeadLetterStore>();
        await using var frank = await _server.ConnectAsync("frank", "phone");
        Assert.Equal(1, (await frank.EventAsync()).Seq);
        await store.CountAsync(new("frank", "phone", conversation, 1, FailureReasons.Unacknowledged, null), Limits, default);
        await frank.AckAsync(conversation, 1);

        await AckErrorAsync(frank, conversation, after: 1, "no good");
        var skipped = await frank.NoticeAsync(NoticeKinds.Skipped);
        while (skipped.Seq != 2)
        {
            skipped = await frank.NoticeAsync(NoticeKinds.Skipped);
        }

        Assert.Equal((2L, SkipReasons.Quota), (skipped.Seq, skipped.Reason));
        Assert.Single(await _server.LettersAsync("frank"));

        async Task AckErrorAsync(WireClient client, string where, long after, string error)
        {
            // The client repeats it with each delivery, as one does whose handler keeps failing.
            _ = Task.Run(async () =>
            {
                while (!client.Closed.IsCompleted)
                {
                    await client.WriteAsync($$"""{"type":1,"target":"Ack","arguments":[[{"conversation":"{{where}}","seq":{{after}},"error":"{{error}}"}]]}""")
                        .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
                    await Task.Delay(300);
                }
            });
            await Task.CompletedTask;
        }
    }

    [Fact]
    public async Task SlowClientThatWorksThroughItsBacklogInOrder_LosesNothing()
    {
        var (alice, conversation) = await ToAsync("grace", 40);
        var later = await alice.CreateAsync("group", "grace");
        Assert.True((await alice.SendAsync(later, "later", "x")).Ok);
        await using var grace = await _server.ConnectAsync("grace", "phone");
        var received = new List<ChatEvent>();
        while (received.Count < 41)
        {
            received.Add(await grace.EventAsync());
        }

        // In the order of arrival, each taking a while: far longer in all than the rounds that make a dead letter.
        foreach (var e in received)
        {
            await Task.Delay(200);
            await grace.AckAsync(e.Conversation, e.Seq!.Value);
        }

        await grace.CallAsync("Ping", new { });
        Assert.Empty(await _server.LettersAsync("grace"));
        await using var scope = _server.Services.CreateAsyncScope();
        await using var db = await scope.ServiceProvider.GetRequiredService<IDbContextFactory<ChatDb>>().CreateDbContextAsync();
        Assert.False(await db.DeliveryRounds.AnyAsync(r => r.UserId == "grace"));
    }
}
