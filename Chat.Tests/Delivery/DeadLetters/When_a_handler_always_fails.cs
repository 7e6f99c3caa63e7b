using System.Collections.Concurrent;
using Chat.Client;
using Chat.Contracts;
using Chat.Contracts.Management;
using Chat.Server.Alerts;
using Chat.Server.Storage.DeadLetters;
using Chat.Server.Storage.Model;
using Chat.Server.Telemetry.Metrics;
using Chat.Tests.Client.Support;
using Chat.Tests.Hubs.Wire;
using Chat.Tests.Management;
using Chat.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using DeadLetterFilter = Chat.Server.Storage.DeadLetters.DeadLetterFilter;
using Xunit;

namespace Chat.Tests.Delivery.DeadLetters;

/// <summary>One subscriber cannot take one event. The event is set aside after five rounds; nothing waits for it for ever, and nobody else notices.</summary>
public sealed class When_a_handler_always_fails : IAsyncLifetime
{
    private InProcessServer _server = null!;

    private const string Key = "key-of-an-operator-0123456789-0123456789";

    public async Task InitializeAsync() => _server = await InProcessServer.StartAsync(
        "Management:Keys:0:Name=op", "Management:Keys:0:Role=operator", $"Management:Keys:0:Key={Key}",
        "Delivery:ResendAfter=00:00:01", "Delivery:CloseAfter=00:00:05", "Delivery:DeadLetterCountInterval=00:00:00.2", "Telemetry:SampleEvery=00:00:00.2");

    public async Task DisposeAsync() => await _server.DisposeAsync();

    private ClientUnderTest App(string user, Func<ChatEvent, Task>? handler = null)
    {
        var app = new ClientUnderTest(
            _server.Address,
            options =>
            {
                options.Device = "phone";
                options.AccessTokenProvider = _ => ValueTask.FromResult<string?>(_server.Token(user));
            },
            handlesEvents: handler is null);
        if (handler is not null)
        {
            app.Client.OnEvent((e, _) => handler(e));
        }

        return app;
    }

    [Fact]
    public async Task Its_event_is_a_dead_letter_all_behind_it_arrives_others_never_notice_and_a_replay_delivers_it()
    {
        var broken = true;
        var tries = new ConcurrentQueue<ChatEvent>();
        var handled = new Inflow<ChatEvent>("handled event");
        await using var alice = App("alice");
        await alice.Client.ConnectAsync();
        var group = (await alice.Client.CreateGroupAsync("group", ["bob", "carol", "dave"])).Conversation!.Id;
        var other = (await alice.Client.CreateDirectAsync("bob")).Conversation!.Id;
        await using var carol = App("carol");
        await using var dave = App("dave");
        await using var bob = App("bob", e =>
        {
            if (e.Type == "poison")
            {
                tries.Enqueue(e);
                return Volatile.Read(ref broken) ? throw new InvalidOperationException($"try {tries.Count}") : Add(e);
            }

            return Add(e);
        });
        await Task.WhenAll(bob.Client.ConnectAsync(), carol.Client.ConnectAsync(), dave.Client.ConnectAsync());

        await alice.Client.SendAsync(group, "text", new { n = 1 });
        await alice.Client.SendAsync(group, "poison", new { n = 2 });
        for (var n = 3; n <= 20; n++)
        {
            await alice.Client.SendAsync(group, "text", new { n });
        }

        await alice.Client.SendAsync(other, "text", new { n = 1 });

        // The others have everything while bob still fails.
        await Task.WhenAll(carol.Events.NextAsync(20), dave.Events.NextAsync(20));
        Assert.Equal(Enumerable.Range(1, 20).Select(n => (long?)n), carol.Seqs(group));
        Assert.Empty(await _server.LettersAsync("bob"));
        Assert.Equal(other, (await handled.NextAsync(e => e.Conversation == other)).Conversation);

        var skipped = await bob.Notices.NextAsync(n => n.Kind == NoticeKinds.Skipped);
        Assert.Equal((group, 2L, SkipReasons.DeadLetter), (skipped.Conversation, skipped.Seq, skipped.Reason));
        await handled.NextAsync(e => e.Conversation == group && e.Seq == 20);
        Assert.Equal(Enumerable.Range(1, 20).Where(n => n != 2).Select(n => (long?)n), handled.All.Where(e => e.Conversation == group).Select(e => e.Seq));

        var letter = Assert.Single(await _server.LettersAsync("bob"));
        Assert.Equal((5, FailureReasons.HandlerFailed, DeadLetterState.Dead), (letter.Attempts, letter.Reason, letter.State));
        Assert.Equal("InvalidOperationException: try 1", letter.FirstError);
        Assert.StartsWith("InvalidOperationException: try ", letter.LastError);
        Assert.NotEqual(letter.FirstError, letter.LastError);
        Assert.Empty(await _server.LettersAsync("carol"));
        await AlertsAsync();

        // Two operators press at once, after the handler was mended.
        Volatile.Write(ref broken, false);
        using var operators = new HttpClient { BaseAddress = _server.ManagementAddress };
        operators.DefaultRequestHeaders.Authorization = new("Bearer", Key);
        var order = new { ids = new[] { letter.Id } };
        var acts = await Task.WhenAll(
            operators.DoAsync<DeadLetterResult>(ManagementRoutes.DeadLetterReplay, order), operators.DoAsync<DeadLetterResult>(ManagementRoutes.DeadLetterReplay, order));
        Assert.Equal(1, acts.Sum(a => a.Done));
        var replayed = await handled.NextAsync(e => e.Type == "poison");
        Assert.Equal((2L, letter.EventId, 6), (replayed.Seq, replayed.Id, replayed.Attempt));
        await _server.LetterAsync("bob", DeadLetterState.Replayed);
        Assert.Single(handled.All, e => e.Type == "poison");
        Assert.Equal(20, carol.Seqs(group).Count());

        Task Add(ChatEvent e)
        {
            handled.Add(e);
            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task A_replay_waits_for_a_device_that_is_away_and_dies_again_when_it_still_fails()
    {
        var broken = true;
        await using var alice = App("alice");
        await alice.Client.ConnectAsync();
        var direct = (await alice.Client.CreateDirectAsync("erin")).Conversation!.Id;
        var seen = new Inflow<ChatEvent>("seen event");
        Task Fail(ChatEvent e)
        {
            seen.Add(e);
            return Volatile.Read(ref broken) ? throw new InvalidOperationException("no") : Task.CompletedTask;
        }

        await using (var erin = App("erin", Fail))
        {
            await erin.Client.ConnectAsync();
            await alice.Client.SendAsync(direct, "text", new { n = 1 });
            await erin.Notices.NextAsync(n => n.Kind == NoticeKinds.Skipped);
            var letter = await _server.LetterAsync("erin", DeadLetterState.Dead);
            await _server.Desk().ReplayAsync([letter.Id], "op", default);
            await Eventually.TrueAsync(async () => (await _server.LettersAsync("erin"))[0] is { State: DeadLetterState.Dead, Attempts: 6 }, "the replay has failed");
        }

        var dead = await _server.LetterAsync("erin", DeadLetterState.Dead);
        Assert.Equal(1, (await _server.Desk().ReplayAsync(new DeadLetterFilter(User: "erin"), "op", default)).Changed);
        Volatile.Write(ref broken, false);

        // The application was started anew: nothing in its memory tells of the letter.
        await using var back = App("erin", Fail);
        await back.Client.ConnectAsync();
        Assert.Equal(7, (await seen.NextAsync(e => e.Attempt == 7)).Attempt);
        Assert.Equal(dead.Id, (await _server.LetterAsync("erin", DeadLetterState.Replayed)).Id);
    }

    private async Task AlertsAsync()
    {
        var alerts = _server.Services.GetRequiredService<IAlertBook>();
        await Eventually.TrueAsync(() => alerts.Current.Firing.Any(a => a.Rule == "DeadLetters"), "the alert of dead letters fires");
        var view = _server.Services.GetRequiredService<MetricsHistory>();
        await Eventually.TrueAsync(
            () => view.View().Now("chat.queue.depth", l => l.Has("state", "dead")).Sum(r => r.Value) >= 1, "the metrics count the dead letter");
    }
}
