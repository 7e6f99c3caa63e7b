using Chat.Contracts.Management;
using Chat.Server.Storage.Model;
using Chat.Tests.Hubs.Wire;
using Chat.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Tests.Management;

/// <summary>What operators do about events that were given up, and about users.</summary>
public sealed class DeadLetterTests(ManagementBed bed) : IClassFixture<ManagementBed>
{
    [Fact]
    public async Task Letters_AreListedGroupedReplayedAndDiscarded()
    {
        var user = $"user-{Guid.NewGuid():N}";
        var ids = await BuryAsync(user, "boom", "boom", null);

        var page = await bed.Viewer.ReadAsync<Page<DeadLetterView>>($"{ManagementRoutes.DeadLetters}?user={user}&sort=-at");
        Assert.Equal((3L, ids[2]), (page.Total, page.Items[0].Id));
        Assert.Equal("unacknowledged", page.Items[0].Reason);
        Assert.Equal(2, (await bed.Viewer.ReadAsync<Page<DeadLetterView>>($"{ManagementRoutes.DeadLetters}?user={user}&reason=boom")).Total);
        Assert.Contains(await bed.Viewer.ReadAsync<DeadLetterGroup[]>(ManagementRoutes.DeadLetterGroups), g => g.Reason == "boom" && g.Count >= 2);

        var filter = new { user, reason = "boom" };
        var trial = await bed.Operator.DoAsync<DeadLetterResult>(ManagementRoutes.DeadLetterReplay, new { filter, dryRun = true });
        Assert.Equal((2L, 0L, 2), (trial.Matched, trial.Done, trial.Sample.Count));
        await (await bed.Operator.PostAsync(ManagementRoutes.DeadLetterReplay, $$"""{"filter":{"user":"{{user}}"} }""")).RefusedAsync(400);
        Assert.Equal(ManagementCodes.Conflict, (await (await bed.Operator.PostAsync(ManagementRoutes.DeadLetterReplay, $$"""{"filter":{"user":"{{user}}"},"expected":99}""")).RefusedAsync(409)).Code);

        var replayed = await bed.Operator.DoAsync<DeadLetterResult>(ManagementRoutes.DeadLetterReplay, new { filter, expected = 2 });
        Assert.Equal((2L, 2L, 0L), (replayed.Matched, replayed.Done, replayed.Left));
        Assert.Equal(0, (await bed.Operator.DoAsync<DeadLetterResult>(ManagementRoutes.DeadLetterReplay, new { ids = ids[..2] })).Done);

        await (await bed.Admin.PostAsync(ManagementRoutes.DeadLetterDiscard, $$"""{"ids":["{{ids[2]}}"]}""")).RefusedAsync(400);
        var gone = await bed.Admin.DoAsync<DeadLetterResult>(ManagementRoutes.DeadLetterDiscard, new { ids = ids[2..], reason = "a test" });
        Assert.Equal(1, gone.Done);
        Assert.Equal(0, (await bed.Viewer.ReadAsync<Page<DeadLetterView>>($"{ManagementRoutes.DeadLetters}?user={user}")).Total);

        var rows = (await bed.AuditAsync("&action=letter.")).Items;
        Assert.Contains(rows, r => r.CorrelationId == replayed.CorrelationId && r is { Action: "letter.replay", Result: "done", After: "2 of 2" });
        Assert.Contains(rows, r => r.CorrelationId == gone.CorrelationId && r is { Action: "letter.discard", Reason: "a test" });
    }

    [Fact]
    public async Task Letter_TellsItsSizeAndItsFirstAndLastError()
    {
        var (user, sender) = ($"user-{Guid.NewGuid():N}", $"sender-{Guid.NewGuid():N}");
        await using var client = await bed.Server.ConnectAsync(sender);
        var conversation = await client.CreateAsync("direct", user);
        var receipt = await client.SendAsync(conversation, Guid.NewGuid().ToString("N"), "grüße");
        await BuryAsync(user, [("first", "last")], conversation, receipt.Seq!.Value);
        await BuryAsync(user, [(null, null)], "c_none", 99);

        var letters = (await bed.Viewer.ReadAsync<Page<DeadLetterView>>($"{ManagementRoutes.DeadLetters}?user={user}")).Items;

        var letter = letters.Single(l => l.Conversation == conversation);
        var message = (await bed.Viewer.ReadAsync<Stretch<MessageView>>($"{ManagementRoutes.ConversationMessages.With(conversation)}")).Items.Single(m => m.Seq == receipt.Seq);
        Assert.Equal(("first", "last", message.Bytes), (letter.FirstError, letter.Reason, letter.Bytes));
        Assert.Equal((1_000L, 2_000L), (letter.FirstAt.ToUnixTimeMilliseconds(), letter.At.ToUnixTimeMilliseconds()));
        var gone = letters.Single(l => l.Conversation == "c_none");
        Assert.Equal((null, null, "unacknowledged"), (gone.Bytes, gone.FirstError, gone.Reason));
    }

    [Fact]
    public async Task Letters_ActedOnById_TellHowEachStands()
    {
        var user = $"user-{Guid.NewGuid():N}";
        var ids = await BuryAsync(user, "boom", "boom");
        var replayed = await bed.Operator.DoAsync<DeadLetterResult>(ManagementRoutes.DeadLetterReplay, new { ids = ids[..1] });
        Assert.Equal((ids[0], DeadLetterStates.Queued), (Assert.Single(replayed.Letters).Letter.Id, replayed.Letters[0].State));
        await bed.Admin.DoAsync<DeadLetterResult>(ManagementRoutes.DeadLetterDiscard, new { ids = ids[1..], reason = "a test" });

        var looked = await bed.Operator.DoAsync<DeadLetterResult>(ManagementRoutes.DeadLetterReplay, new { ids = (string[])[.. ids, "none"], dryRun = true });

        Assert.Equal(0, looked.Matched);
        Assert.Equal(
            new Dictionary<string, string> { [ids[0]] = DeadLetterStates.Queued, [ids[1]] = DeadLetterStates.Discarded }, looked.Letters.ToDictionary(l => l.Letter.Id, l => l.State));
        Assert.Empty((await bed.Operator.DoAsync<DeadLetterResult>(ManagementRoutes.DeadLetterReplay, new { filter = new { user }, dryRun = true })).Letters);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"ids":[]}""")]
    [InlineData("""{"ids":[null]}""")]
    [InlineData("""{"filter":{}}""")]
    [InlineData("""{"ids":["a"],"filter":{"user":"b"}}""")]
    public async Task Replay_OfNothingOrEverything_IsRefused(string body) => await (await bed.Operator.PostAsync(ManagementRoutes.DeadLetterReplay, body)).RefusedAsync(400);

    [Fact]
    public async Task Block_EndsConnectionsKeepsOutAndIsLifted()
    {
        var user = $"mallory-{Guid.NewGuid():N}";
        await using var client = await bed.Server.ConnectAsync(user);
        var done = await bed.Admin.DoAsync<ActionResult>(ManagementRoutes.UserBlock.With(user), new { reason = "spam", seconds = 3600 });
        await client.Closed;
        await Assert.ThrowsAsync<HandshakeRefusedException>(() => WireClient.ConnectAsync(bed.Server.Address, bed.Server.Token(user)));

        var block = Assert.Single((await bed.Viewer.ReadAsync<Page<BlockView>>($"{ManagementRoutes.Blocks}?q={user}")).Items);
        Assert.Equal(("spam", "admin"), (block.Reason, block.By));
        Assert.NotNull(block.Until);
        var detail = await bed.Viewer.ReadAsync<UserDetail>(ManagementRoutes.User.With(user));
        Assert.True(detail.User.Blocked);
        Assert.Equal("spam", detail.Block?.Reason);

        Assert.Equal(ActionOutcomes.Done, (await bed.Admin.DoAsync<ActionResult>(ManagementRoutes.UserUnblock.With(user))).Outcome);
        Assert.Equal(ActionOutcomes.Already, (await bed.Admin.DoAsync<ActionResult>(ManagementRoutes.UserUnblock.With(user))).Outcome);
        await bed.Server.ConnectAsync(user);
        Assert.Contains((await bed.AuditAsync("&action=user.block")).Items, r => r.CorrelationId == done.CorrelationId && r is { Reason: "spam", Result: "done" });
    }

    /// <summary>Letters of the user with these errors, the last the newest.</summary>
    private Task<string[]> BuryAsync(string user, params string?[] errors) => BuryAsync(user, [.. errors.Select(e => (e, e))], "c_test", 1);

    private async Task<string[]> BuryAsync(string user, (string? First, string? Last)[] errors, string conversation, long seq)
    {
        await using var db = await bed.Server.Services.GetRequiredService<IDbContextFactory<ChatDb>>().CreateDbContextAsync();
        var rows = errors.Select((error, i) => new DeadLetterRow
        {
            Id = Guid.NewGuid().ToString("N"),
            UserId = user,
            DeviceId = "phone",
            ConversationId = conversation,
            Seq = seq + i,
            EventId = $"e{i}",
            EventType = "text",
            Sender = "alice",
            Reason = error.Last is null ? "unacknowledged" : "handler_failed",
            Attempts = 5,
            FirstError = error.First,
            LastError = error.Last,
            FirstAt = 1_000 + i,
            LastAt = 2_000 + i,
        }).ToArray();
        db.DeadLetters.AddRange(rows);
        await db.SaveChangesAsync();
        return [.. rows.Select(r => r.Id)];
    }
}
