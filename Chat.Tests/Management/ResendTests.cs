using Chat.Contracts;
using Chat.Contracts.Management;
using Chat.Server.Backplane;
using Chat.Server.Storage.Model;
using Chat.Tests.Client.Support;
using Chat.Tests.Hubs.Wire;
using Chat.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Tests.Management;

/// <summary>An operator has a member sent once more what was sent before.</summary>
public sealed class ResendTests(ManagementBed bed) : IClassFixture<ManagementBed>
{
    private readonly string _alice = $"alice-{Guid.NewGuid():N}";
    private readonly string _bob = $"bob-{Guid.NewGuid():N}";

    [Fact]
    public async Task Resend_ToAConnectedDevice_ComesInOrderUpToLiveAndIsOwedUntilAcknowledged()
    {
        await using var alice = await bed.Server.ConnectAsync(_alice);
        await using var bob = await bed.Server.ConnectAsync(_bob, "phone");
        var conversation = await FilledAsync(alice, 5);
        await TakeAsync(alice, conversation, 1, 5);
        await TakeAsync(bob, conversation, 1, 5);
        await CursorAsync(bed.Server, _bob, "phone", conversation, 5);
        await CursorAsync(bed.Server, _alice, "default", conversation, 5);

        var done = await bed.Operator.DoAsync<ActionResult>(ManagementRoutes.MemberResend.With(conversation, _bob), new ResendRequest { From = 3, Reason = "lost his phone" });

        Assert.Equal((ActionOutcomes.Done, 1), (done.Outcome, done.Count));
        var again = await bob.NoticeAsync(NoticeKinds.Again);
        Assert.Equal((conversation, (long?)2), (again.Conversation, again.Head));
        Assert.True((await alice.SendAsync(conversation, "m6", "live")).Ok);
        for (var seq = 3; seq <= 6; seq++)
        {
            var e = await bob.EventAsync();
            Assert.Equal(((long?)seq, $"m{seq}", null), (e.Seq, e.Id, e.Attempt));
        }

        await CursorAsync(bed.Server, _bob, "phone", conversation, 2);
        await CursorAsync(bed.Server, _alice, "default", conversation, 5);
        await bob.AckAsync(conversation, 6);
        await CursorAsync(bed.Server, _bob, "phone", conversation, 6);
        Assert.Equal(0, bob.EventsWaiting);
        var row = Assert.Single((await bed.AuditAsync("&action=member.resend&result=done")).Items, r => r.CorrelationId == done.CorrelationId);
        Assert.Equal(("operator", "lost his phone", $"conversations/{conversation}/members/{_bob}", "seq 3 to 5"), (row.Actor, row.Reason, row.Object, row.After));
    }

    [Fact]
    public async Task Resend_DeviceAwayAndConnectionThatBreaks_GetItAtTheirNextConnect()
    {
        await using var alice = await bed.Server.ConnectAsync(_alice);
        var conversation = await FilledAsync(alice, 4);
        await using (var tablet = await bed.Server.ConnectAsync(_bob, "tablet"))
        {
            await TakeAsync(tablet, conversation, 1, 4);
        }

        await CursorAsync(bed.Server, _bob, "tablet", conversation, 4);
        await using (var slow = await bed.Server.ConnectAsync(_bob, "slow"))
        {
            // What this device has not acknowledged comes anyway, and only once.
            Assert.Equal(1, (await slow.EventAsync()).Seq);
            await slow.AckAsync(conversation, 1);
        }

        await CursorAsync(bed.Server, _bob, "slow", conversation, 1);
        await using (var phone = await bed.Server.ConnectAsync(_bob, "phone"))
        {
            await TakeAsync(phone, conversation, 1, 4);
            await CursorAsync(bed.Server, _bob, "phone", conversation, 4);
            await bed.Operator.DoAsync<ActionResult>(ManagementRoutes.MemberResend.With(conversation, _bob), new { from = 3 });
            Assert.Equal(3, (await phone.EventAsync()).Seq);
        }

        foreach (var (device, first) in new[] { ("tablet", 3), ("phone", 3), ("slow", 2) })
        {
            await using var back = await bed.Server.ConnectAsync(_bob, device);
            await TakeAsync(back, conversation, first, 4);
        }
    }

    [Fact]
    public async Task Resend_ToAClientThatHasTheMessages_IsPassedOverAndAcknowledged()
    {
        await using var alice = await bed.Server.ConnectAsync(_alice);
        await using var bob = new ClientUnderTest(bed.Server.Address, options =>
        {
            options.Device = "phone";
            options.AccessTokenProvider = _ => ValueTask.FromResult<string?>(bed.Server.Token(_bob));
        });
        await bob.Client.ConnectAsync().WaitAsync(Eventually.Patience);
        var conversation = await FilledAsync(alice, 5);
        await CursorAsync(bed.Server, _bob, "phone", conversation, 5);

        await bed.Operator.DoAsync<ActionResult>(ManagementRoutes.MemberResend.With(conversation, _bob), new { from = 1 });
        await bob.Notices.NextAsync(n => n.Kind == NoticeKinds.Again);
        await alice.SendAsync(conversation, "m6", "live");

        await CursorAsync(bed.Server, _bob, "phone", conversation, 6);
        Assert.Equal([1, 2, 3, 4, 5, 6], bob.Seqs(conversation));
    }

    [Fact]
    public async Task Resend_WhatCannotBeSent_IsRefused()
    {
        await using var alice = await bed.Server.ConnectAsync(_alice);
        var conversation = await alice.CreateAsync("group", _bob);
        var route = ManagementRoutes.MemberResend.With(conversation, _bob);
        Assert.Contains("nothing to send", (await RefusedAsync(route, """{"from":1}""", 400)).Message, StringComparison.Ordinal);
        await alice.SendAsync(conversation, "m1", "one");
        foreach (var body in new[] { "{}", """{"from":0}""", """{"from":2}""" })
        {
            Assert.Equal(ManagementCodes.Invalid, (await RefusedAsync(route, body, 400)).Code);
        }

        Assert.Equal(ManagementCodes.NotFound, (await RefusedAsync(ManagementRoutes.MemberResend.With(conversation, "mallory"), """{"from":1}""", 404)).Code);
        Assert.Equal(ManagementCodes.Forbidden, (await (await bed.Viewer.PostAsync(route, """{"from":1}""")).RefusedAsync(403)).Code);
    }

    [Fact]
    public async Task Resend_ToAMemberOfAnotherNode_IsSentThere()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await using var here = await InProcessServer.StartAsync($"ConnectionStrings:Redis={redis.ConnectionString}");
        await using var there = await InProcessServer.StartAsync(
            $"ConnectionStrings:Chat=Data Source={Path.Combine(here.Folder, "chat.db")}", $"ConnectionStrings:Redis={redis.ConnectionString}");
        foreach (var node in new[] { here, there })
        {
            await Eventually.EqualAsync(BackplaneMode.Redis, () => node.Services.GetRequiredService<IBackplane>().Status.Mode, "the mode", TimeSpan.FromMinutes(1));
        }

        await using var alice = await here.ConnectAsync(_alice);
        await using var bob = await there.ConnectAsync(_bob, "phone");
        var conversation = await FilledAsync(alice, 3);
        await TakeAsync(bob, conversation, 1, 3);
        await CursorAsync(there, _bob, "phone", conversation, 3);
        using var management = new HttpClient { BaseAddress = here.ManagementAddress };

        var done = await Eventually.GetAsync(
            () => management.DoAsync<ActionResult>(ManagementRoutes.MemberResend.With(conversation, _bob), new { from = 2 }), a => a.Partial is null && a.Count == 1, "both nodes answer");

        Assert.Equal(ActionOutcomes.Done, done.Outcome);
        await bob.NoticeAsync(NoticeKinds.Again);
        Assert.Equal((2, 3), ((await bob.EventAsync()).Seq, (await bob.EventAsync()).Seq));
    }

    private async Task<string> FilledAsync(WireClient alice, int count)
    {
        var conversation = await alice.CreateAsync("group", _bob);
        for (var i = 1; i <= count; i++)
        {
            Assert.Equal(i, (await alice.SendAsync(conversation, $"m{i}", $"text {i}")).Seq);
        }

        return conversation;
    }

    private static async Task TakeAsync(WireClient client, string conversation, int first, int last)
    {
        for (var seq = first; seq <= last; seq++)
        {
            Assert.Equal(seq, (await client.EventAsync()).Seq);
        }

        await client.AckAsync(conversation, last);
    }

    private static async Task CursorAsync(InProcessServer server, string user, string device, string conversation, long seq)
    {
        var contexts = server.Services.GetRequiredService<IDbContextFactory<ChatDb>>();
        await Eventually.EqualAsync(
            (long?)seq,
            async () =>
            {
                await using var db = await contexts.CreateDbContextAsync();
                return await db.Cursors.Where(c => c.UserId == user && c.DeviceId == device && c.ConversationId == conversation).Select(c => (long?)c.AckedSeq).SingleOrDefaultAsync();
            },
            $"the cursor of {device}");
    }

    private async Task<ChatError> RefusedAsync(string route, string body, int status) => await (await bed.Operator.PostAsync(route, body)).RefusedAsync(status);
}
