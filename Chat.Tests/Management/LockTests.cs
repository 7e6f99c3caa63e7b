using Chat.Contracts;
using Chat.Contracts.Management;
using Chat.Tests.Hubs.Wire;

namespace Chat.Tests.Management;

/// <summary>Operators lock conversations, and open them again.</summary>
public sealed class LockTests(ManagementBed bed) : IClassFixture<ManagementBed>
{
    [Fact]
    public async Task Lock_ByAnOperatorWithAReason_HoldsIsToldAndWrittenDown()
    {
        await using var alice = await bed.Server.ConnectAsync($"alice-{Guid.NewGuid():N}");
        var conversation = await alice.CreateAsync("direct", $"bob-{Guid.NewGuid():N}");
        var (locks, unlocks) = (ManagementRoutes.ConversationLock.With(conversation), ManagementRoutes.ConversationUnlock.With(conversation));
        Assert.Equal(ManagementCodes.Invalid, (await (await bed.Operator.PostAsync(locks, "{}")).RefusedAsync(400)).Code);
        Assert.Equal(ManagementCodes.Forbidden, (await (await bed.Viewer.PostAsync(locks, """{"reason":"spam"}""")).RefusedAsync(403)).Code);
        Assert.Equal(ManagementCodes.NotFound, (await (await bed.Operator.PostAsync(ManagementRoutes.ConversationLock.With("c_none"), """{"reason":"spam"}""")).RefusedAsync(404)).Code);

        var done = await bed.Operator.DoAsync<ActionResult>(locks, new { reason = "spam" });

        Assert.Equal((ActionOutcomes.Done, 1), (done.Outcome, done.Count));
        Assert.Equal(ErrorCodes.Locked, (await alice.SendAsync(conversation, "m1", "no")).Error?.Code);
        var again = await bed.Operator.DoAsync<ActionResult>(locks, new { reason = "again" });
        Assert.Equal((ActionOutcomes.Already, 0), (again.Outcome, again.Count));
        var listed = Assert.Single((await bed.Viewer.ReadAsync<Page<ConversationView>>($"{ManagementRoutes.Conversations}?locked=true&q={conversation}")).Items);
        Assert.Equal(("operator", "spam"), (listed.LockedBy, listed.LockedReason));
        Assert.NotNull((await bed.Viewer.ReadAsync<ConversationDetail>(ManagementRoutes.Conversation.With(conversation))).Conversation.LockedAt);
        var row = Assert.Single((await bed.AuditAsync("&action=conversation.lock&result=done")).Items, r => r.CorrelationId == done.CorrelationId);
        Assert.Equal(("operator", "spam", $"conversations/{conversation}"), (row.Actor, row.Reason, row.Object));

        Assert.Equal(ActionOutcomes.Done, (await bed.Operator.DoAsync<ActionResult>(unlocks)).Outcome);
        Assert.Equal(ActionOutcomes.Already, (await bed.Operator.DoAsync<ActionResult>(unlocks)).Outcome);
        Assert.Equal(1, (await alice.SendAsync(conversation, "m2", "yes")).Seq);
        Assert.Empty((await bed.Viewer.ReadAsync<Page<ConversationView>>($"{ManagementRoutes.Conversations}?locked=true&q={conversation}")).Items);
    }

    [Fact]
    public async Task TestMessage_ToALockedTopic_IsAConflict()
    {
        var topic = $"test-{Guid.NewGuid():N}";
        await using var alice = await bed.Server.ConnectAsync($"alice-{Guid.NewGuid():N}");
        await alice.CallAsync("Publish", new { id = $"first-{topic}", topic, type = "text", body = 1 });
        var conversation = TopicIds.ConversationOf(topic);
        await bed.Operator.DoAsync<ActionResult>(ManagementRoutes.ConversationLock.With(conversation), new { reason = "spam" });

        Assert.Equal(ManagementCodes.Conflict, (await (await bed.Admin.PostAsync(ManagementRoutes.TopicTest.With(conversation), "{}")).RefusedAsync(409)).Code);
    }
}
