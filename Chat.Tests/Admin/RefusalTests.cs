using Chat.Admin.Access;
using Chat.Admin.Access.Codes;
using Chat.Admin.Parts.Dialogs;
using Chat.Admin.ServerApi;
using Chat.Contracts.Management;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Tests.Admin;

/// <summary>Whoever calls an action's handler without its role, past all buttons, is refused, and that is put down.</summary>
public sealed class RefusalTests
{
    private static readonly Dictionary<string, (Role Least, Func<AdminBed, Task> Act)> Handlers = new()
    {
        ["worker.start"] = (Role.Operator, b => Of<WorkerActions>(b).StartAsync("node-1", "w1")),
        ["worker.restart"] = (Role.Operator, b => Of<WorkerActions>(b).RestartAsync("node-1", Samples.Worker("w1"))),
        ["worker.drain"] = (Role.Operator, b => Of<WorkerActions>(b).DrainAsync("node-1", Samples.Worker("w1"))),
        ["worker.stop"] = (Role.Operator, b => Of<WorkerActions>(b).StopAsync("node-1", Samples.Worker("w1"))),
        ["worker.stacks"] = (Role.Admin, b => Of<WorkerActions>(b).StacksAsync("node-1", Samples.Worker("w1"))),
        ["worker.kill"] = (Role.Admin, b => Of<WorkerActions>(b).KillAsync("node-1", Samples.Worker("w1"))),
        ["fault.begin"] = (Role.Admin, b => Of<FaultActions>(b).BeginAsync("node-1", FaultIds.DatabaseAway, "Database away", "It fails.", 30)),
        ["fault.end"] = (Role.Admin, b => Of<FaultActions>(b).EndAsync("node-1", FaultIds.DatabaseAway)),
        ["worker.restart-all"] = (Role.Admin, b => Of<WorkerActions>(b).RestartAllAsync("node-1", 2)),
        ["connection.disconnect"] = (Role.Operator, b => Of<UserActions>(b).DisconnectAsync("node-1", new() { Id = "c1", User = "u", Device = "d" })),
        ["user.disconnect"] = (Role.Operator, b => Of<UserActions>(b).DisconnectUserAsync("u")),
        ["user.block"] = (Role.Admin, b => Of<UserActions>(b).BlockAsync("u")),
        ["topic.test"] = (Role.Admin, b => Of<MessageActions>(b).TestAsync("topic:test")),
        ["conversation.lock"] = (Role.Operator, b => Of<ConversationActions>(b).LockAsync("c1")),
        ["conversation.unlock"] = (Role.Operator, b => Of<ConversationActions>(b).UnlockAsync("c1")),
        ["member.resend"] = (Role.Operator, b => Of<ConversationActions>(b).ResendAsync("c1", "u", new(1, 9) { From = "3" })),
        ["member.remove"] = (Role.Admin, b => Of<UserActions>(b).RemoveMemberAsync("c1", "u")),
        ["user.trace"] = (Role.Operator, b => Of<UserActions>(b).TraceAsync("u")),
        ["user.trace-stop"] = (Role.Operator, b => Of<UserActions>(b).StopTraceAsync("u")),
        ["user.unblock"] = (Role.Admin, b => Of<UserActions>(b).UnblockAsync("u")),
        ["alert.acknowledge"] = (Role.Operator, b => Of<AlertActions>(b).AcknowledgeAsync(Group())),
        ["alert.unacknowledge"] = (Role.Operator, b => Of<AlertActions>(b).UnacknowledgeAsync(Group())),
        ["alert.silence"] = (Role.Operator, b => Of<AlertActions>(b).SilenceAsync(new())),
        ["silence.expire"] = (Role.Operator, b => Of<AlertActions>(b).ExpireAsync("node-1", new() { Id = "s1", State = "active" })),
        ["channel.test"] = (Role.Operator, b => Of<AlertActions>(b).TestAsync("node-1", "pager")),
        ["rule.change"] = (Role.Admin, b => Of<AlertActions>(b).ChangeRuleAsync("QueueOld", new())),
        ["rule.reset"] = (Role.Admin, b => Of<AlertActions>(b).ResetRuleAsync("QueueOld")),
        ["letter.replay"] = (Role.Operator, b => Of<MessageActions>(b).ReplayAsync(new() { Ids = ["d1"] }, "letters")),
        ["letter.discard"] = (Role.Admin, b => Of<MessageActions>(b).DiscardAsync(new() { Ids = ["d1"] }, "letters")),
        ["message.reveal"] = (Role.Admin, b => Of<MessageActions>(b).RevealAsync(new() { Conversation = "c1", Seq = 1, Id = "m1", Sender = "u", Type = "text" })),
        ["maintenance"] = (Role.Admin, b => Of<SettingActions>(b).MaintenanceAsync(true)),
        ["setting"] = (Role.Admin, b => Of<SettingActions>(b).ChangeAsync(Samples.Setting())),
        ["log-level"] = (Role.Admin, b => Of<SettingActions>(b).LogLevelAsync()),
        ["user.create"] = (Role.Admin, b => Of<UserAdmin>(b).AddAsync("mallory", "a long enough secret", Role.Admin)),
        ["user.change"] = (Role.Admin, b => Of<UserAdmin>(b).SetRoleAsync("someone", Role.Admin)),
        ["user.remove"] = (Role.Admin, b => Of<UserAdmin>(b).RemoveAsync("root")),
    };

    public static TheoryData<string> Actions { get; } = [.. Handlers.Keys];

    [Theory]
    [MemberData(nameof(Actions))]
    public async Task Handler_CalledBelowItsRole_RefusesAndPutsItDown(string action)
    {
        var (least, act) = Handlers[action];
        var role = least - 1;
        await using var bed = new AdminBed(role);
        var users = bed.Users.All.Select(u => (u.Name, u.Role)).ToList();
        var acting = act(bed);

        // Where something is asked before: yes.
        bed.Desk.Answer(new Consent("because"));
        await acting;

        Assert.Empty(bed.Api.Posts);
        Assert.Equal(users, bed.Users.All.Select(u => (u.Name, u.Role)));
        var (who, noted, _, result) = Assert.Single(bed.Audit.Notes);
        Assert.Equal(("someone", action, "refused"), (who, noted, result));
    }

    [Fact]
    public async Task CodesOfSomebodyElse_TurnedOffByAnOperator_IsRefused()
    {
        await using var bed = new AdminBed(Role.Operator);
        var secret = OneTimeCodes.NewSecret();
        Assert.NotNull(bed.Second.TurnOn("root", secret, CodesTests.CodeAt(secret, bed.Time.GetUtcNow()), null));
        var turning = Of<UserAdmin>(bed).TurnOffSecondAsync("root");
        bed.Desk.Answer(new Consent("because"));
        Assert.False(await turning);
        Assert.NotNull(bed.Users.Find("root")!.Second);
        Assert.Equal(("someone", "user.change", "user/root", "refused"), Assert.Single(bed.Audit.Notes));
    }

    [Fact]
    public async Task PasswordOfSomebodyElse_SetByAnOperator_IsRefused()
    {
        await using var bed = new AdminBed(Role.Operator);
        var setting = Of<UserAdmin>(bed).SetPasswordAsync("root");
        bed.Desk.Answer(new Consent(""));
        Assert.False(await setting);
        Assert.NotNull(bed.Users.Check("root", AdminBed.Password));
        Assert.Equal(("someone", "user.change", "user/root", "refused"), Assert.Single(bed.Audit.Notes));
    }

    [Fact]
    public async Task Handler_OfAViewer_WithoutASession_Refuses()
    {
        await using var bed = new AdminBed();
        bed.Users.End(_ => true);
        await Of<WorkerActions>(bed).StartAsync("node-1", "w1");
        Assert.Empty(bed.Api.Posts);
        Assert.Equal("refused", Assert.Single(bed.Audit.Notes).Result);
    }

    [Fact]
    public async Task SettingPutBack_ByAnOperator_IsRefused()
    {
        await using var bed = new AdminBed(Role.Operator);
        var acting = Of<SettingActions>(bed).ResetAsync(Samples.Setting());
        bed.Desk.Answer(new Consent("because"));
        await acting;
        Assert.Empty(bed.Api.Posts);
        Assert.Equal(("someone", "setting", "Limits:SendBurst", "refused"), Assert.Single(bed.Audit.Notes));
    }

    private static T Of<T>(AdminBed bed)
        where T : notnull => bed.Services.GetRequiredService<T>();

    private static AlertGroup Group() => AlertGroup.Of([("node-1", Samples.Alert())])[0];
}
