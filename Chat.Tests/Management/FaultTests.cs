using Chat.Contracts;
using Chat.Contracts.Management;

namespace Chat.Tests.Management;

/// <summary>Pretended losses as the management API takes them, on one process with SQLite.</summary>
public sealed class FaultTests(ManagementBed bed) : IClassFixture<ManagementBed>
{
    private static readonly string DatabaseAway = ManagementRoutes.Fault.With(FaultIds.DatabaseAway);

    [Fact]
    public async Task DatabaseAway_BeginsIsShownAndEnds()
    {
        var user = $"user-{Guid.NewGuid():N}";
        await using var client = await bed.Server.ConnectAsync(user);
        var conversation = await client.CreateAsync("direct", $"{user}-other");

        var begun = await bed.Admin.DoAsync<ActionResult>(DatabaseAway, new { seconds = 60, reason = "a trial" });
        var shown = Assert.Single((await bed.FaultsAsync(1)).Faults);
        Assert.Equal((FaultIds.DatabaseAway, null), (shown.Id, shown.Milliseconds));
        Assert.InRange(shown.SecondsLeft, 30, 60);
        var refused = await client.SendAsync(conversation, "m1", "one");
        Assert.Equal((ErrorCodes.StorageUnavailable, true), (refused.Error?.Code, refused.Error?.Retryable));

        var again = await bed.Admin.DoAsync<ActionResult>(DatabaseAway, new { seconds = 120 });
        Assert.Equal(ActionOutcomes.Done, again.Outcome);
        var ended = await bed.Admin.DoAsync<ActionResult>(ManagementRoutes.FaultEnd.With(FaultIds.DatabaseAway));
        Assert.Equal((ActionOutcomes.Done, ActionOutcomes.Already), (ended.Outcome, (await bed.Admin.DoAsync<ActionResult>(ManagementRoutes.FaultEnd.With(FaultIds.DatabaseAway))).Outcome));
        Assert.Empty((await bed.FaultsAsync(0)).Faults);
        await Support.Eventually.TrueAsync(async () => (await client.SendAsync(conversation, "m1", "one")).Ok, "the same id is taken");

        var rows = (await bed.AuditAsync("&action=fault.")).Items;
        Assert.Contains(rows, r => r.CorrelationId == begun.CorrelationId && r is { Action: "fault.begin", Object: $"faults/{FaultIds.DatabaseAway}", Reason: "a trial", After: "60 s", Result: "done" });
        Assert.Contains(rows, r => r.CorrelationId == ended.CorrelationId && r is { Action: "fault.end", Result: "done" });
    }

    [Theory]
    [InlineData(FaultIds.DatabaseAway, """{"seconds":0}""", 400, ManagementCodes.Invalid)]
    [InlineData(FaultIds.DatabaseAway, """{"seconds":301}""", 400, ManagementCodes.Invalid)]
    [InlineData(FaultIds.DatabaseAway, """{"milliseconds":100}""", 400, ManagementCodes.Invalid)]
    [InlineData(FaultIds.DatabaseSlow, """{"milliseconds":0}""", 400, ManagementCodes.Invalid)]
    [InlineData(FaultIds.DatabaseSlow, """{"milliseconds":5001}""", 400, ManagementCodes.Invalid)]
    [InlineData(FaultIds.RedisHangs, "{}", 409, ManagementCodes.Conflict)]
    [InlineData("everything", "{}", 404, ManagementCodes.NotFound)]
    public async Task Begin_WhatCannotBe_IsRefused(string fault, string body, int status, string code)
    {
        Assert.Equal(code, (await (await bed.Admin.PostAsync(ManagementRoutes.Fault.With(fault), body)).RefusedAsync(status)).Code);
        Assert.DoesNotContain((await bed.Viewer.ReadAsync<Overview>(ManagementRoutes.Overview)).Faults, f => f.Id == fault && f.Id != FaultIds.DatabaseAway);
    }
}

internal static class FaultReads
{
    /// <summary>The overview once it shows so many; it is made a few times a second.</summary>
    public static Task<Overview> FaultsAsync(this ManagementBed bed, int count) => Support.Eventually.GetAsync(
        () => bed.Viewer.ReadAsync<Overview>(ManagementRoutes.Overview), o => o.Faults.Count == count, $"{count} losses are shown");
}
