using System.Text.Json;
using Chat.Contracts.Management;
using Chat.Tests.Hubs.Wire;
using Chat.Tests.Support;

namespace Chat.Tests.Management;

/// <summary>An operator looks at what one user's connections do.</summary>
public sealed class UserTraceTests(ManagementBed bed) : IClassFixture<ManagementBed>
{
    private const string Canary = "canary-body-91bd";

    [Fact]
    public async Task Trace_TellsWhatTheUsersConnectionsDo_WithoutWhatIsSaid_AndOfNobodyElse()
    {
        var (alice, bob) = ($"alice-{Guid.NewGuid():N}", $"bob-{Guid.NewGuid():N}");
        var route = ManagementRoutes.UserTrace.With(bob);
        Assert.Null((await bed.Operator.ReadAsync<UserTrace>(route)).StartedAt);
        var done = await bed.Operator.DoAsync<ActionResult>(route, new { reason = "ticket 4711" });
        Assert.Equal((ActionOutcomes.Done, 1), (done.Outcome, done.Count));

        await using var sender = await bed.Server.ConnectAsync(alice, "laptop");
        var made = await sender.CallAsync("CreateConversation", new { kind = "direct", members = new[] { bob } });
        var conversation = made.GetProperty("conversation").GetProperty("id").GetString()!;
        await using (var traced = await bed.Server.ConnectAsync(bob, "phone"))
        {
            await sender.CallAsync("Send", Message(conversation));
            var received = await traced.EventAsync();
            await traced.AckAsync(conversation, received.Seq!.Value);
            var id = Guid.NewGuid().ToString();
            var receipt = await traced.CallAsync("Send", Message(conversation, id));
            Assert.Equal(2, receipt.GetProperty("seq").GetInt64());
            await traced.CallAsync("Send", Message("c_none"));
            var seen = await Eventually.GetAsync(
                () => bed.Operator.ReadAsync<UserTrace>(route), t => t.Steps.Count(s => s.What == "called") == 2 && t.Steps.Any(s => s.What == "acknowledged"), "the calls are noted");
            Assert.Equal("connected", seen.Steps[0].What);
            Assert.All(seen.Steps, s => Assert.Equal(("phone", "w1"), (s.Device, s.Worker)));
            Assert.Contains(seen.Steps, s => s is { What: "pushed", First: 1 } && s.Conversation == conversation);
            Assert.Contains(seen.Steps, s => s is { What: "acknowledged", Last: 1 } && s.Conversation == conversation);
            Assert.Contains(seen.Steps, s => s is { What: "called", Call: "Send", Code: "stored", Last: 2, Milliseconds: > 0 } && s.Message == id && s.Conversation == conversation);
            Assert.Contains(seen.Steps, s => s is { What: "called", Call: "Send", Code: "not_found", Conversation: "c_none" });
            Assert.Equal((true, "operator"), (seen.Running, seen.By));
            Assert.InRange(seen.EndsAt!.Value - seen.StartedAt!.Value, TimeSpan.FromSeconds(599), TimeSpan.FromSeconds(601));
            Assert.DoesNotContain(Canary, JsonSerializer.Serialize(seen), StringComparison.Ordinal);
        }

        await Eventually.GetAsync(() => bed.Operator.ReadAsync<UserTrace>(route), t => t.Steps[^1].What == "disconnected", "the end of the connection is noted");
        Assert.Equal(ActionOutcomes.Done, (await bed.Operator.DoAsync<ActionResult>(ManagementRoutes.UserTraceStop.With(bob), new { })).Outcome);
        Assert.Equal(ActionOutcomes.Already, (await bed.Operator.DoAsync<ActionResult>(ManagementRoutes.UserTraceStop.With(bob), new { })).Outcome);
        await using (await bed.Server.ConnectAsync(bob, "later"))
        {
            var after = await bed.Operator.ReadAsync<UserTrace>(route);
            Assert.False(after.Running);
            Assert.DoesNotContain(after.Steps, s => s.Device == "later");
            Assert.Equal("disconnected", after.Steps[^1].What);
        }

        var row = Assert.Single((await bed.AuditAsync("&action=user.trace&result=done")).Items, r => r.CorrelationId == done.CorrelationId);
        Assert.Equal(("operator", "ticket 4711", "for 600 s"), (row.Actor, row.Reason, row.After));
    }

    [Fact]
    public async Task Trace_OfASecond_EndsByItself()
    {
        var route = ManagementRoutes.UserTrace.With($"carol-{Guid.NewGuid():N}");
        await bed.Operator.DoAsync<ActionResult>(route, new { reason = "short", seconds = 1 });
        var ended = await Eventually.GetAsync(() => bed.Operator.ReadAsync<UserTrace>(route), t => !t.Running, "the trace has ended");
        Assert.NotNull(ended.StartedAt);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"reason":" "}""")]
    [InlineData("""{"reason":"x","seconds":0}""")]
    [InlineData("""{"reason":"x","seconds":601}""")]
    public async Task Trace_WithoutAReasonOrTooLong_IsRefused(string body)
    {
        var route = ManagementRoutes.UserTrace.With("dave");
        Assert.Equal(ManagementCodes.Invalid, (await (await bed.Operator.PostAsync(route, body)).RefusedAsync(400)).Code);
        Assert.Null((await bed.Operator.ReadAsync<UserTrace>(route)).StartedAt);
    }

    [Fact]
    public async Task Trace_AViewer_MayNotEvenRead()
    {
        using var response = await bed.Viewer.GetAsync(ManagementRoutes.UserTrace.With("dave"));
        Assert.Equal(ManagementCodes.Forbidden, (await response.RefusedAsync(403)).Code);
    }

    private static object Message(string conversation, string? id = null) => new { id = id ?? Guid.NewGuid().ToString(), conversation, type = "text", body = new { text = Canary } };
}
