using Chat.Server.Workers;
using Chat.Server.Workers.Ports;
using Microsoft.Extensions.Configuration;

namespace Chat.Tests.Workers;

public sealed class ProcessPlanTests
{
    private static readonly ProcessFacts Defaults = new(
        IsWorkerCall: false,
        Worker: null,
        ConfiguredCount: null,
        StatelessNegotiation: null,
        IsSqlite: true,
        Cores: 4,
        CanSharePort: true,
        ["http://localhost:5080"],
        "http://localhost:5081");

    [Theory]
    [InlineData(null, true, ProcessRoleName.Supervisor, 1, false)]
    [InlineData(null, false, ProcessRoleName.Supervisor, 4, true)]
    [InlineData(2, true, ProcessRoleName.Supervisor, 2, true)]
    [InlineData(1, false, ProcessRoleName.Supervisor, 1, true)]
    [InlineData(0, true, ProcessRoleName.Single, 0, false)]
    [InlineData(0, false, ProcessRoleName.Single, 0, true)]
    public void Decide_CountAndDatabase_SayHowManyProcessesAndWhetherNegotiationMayHaveState(
        int? count, bool sqlite, ProcessRoleName role, int workers, bool stateless)
    {
        var plan = ProcessPlan.Decide(Defaults with { ConfiguredCount = count, IsSqlite = sqlite });
        Assert.Equal((role.ToString(), workers, stateless, null), (plan.Role.ToString(), plan.Workers, plan.Stateless, plan.Remark));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Decide_NegotiationConfigured_IsObeyed(bool configured) =>
        Assert.Equal(configured, ProcessPlan.Decide(Defaults with { ConfiguredCount = 3, StatelessNegotiation = configured }).Stateless);

    [Fact]
    public void Decide_PortCannotBeShared_OneWorkerAndSaysSo()
    {
        var plan = ProcessPlan.Decide(Defaults with { ConfiguredCount = 3, CanSharePort = false });
        Assert.Equal(1, plan.Workers);
        Assert.Contains("one worker instead of 3", plan.Remark, StringComparison.Ordinal);
    }

    [Fact]
    public void Decide_CalledAsWorker_TakesWhatItsSupervisorSays()
    {
        var identity = new WorkerIdentity("w2", 2, "/tmp/control", "key", ["http://127.0.0.1:7000"]);
        var plan = ProcessPlan.Decide(Defaults with { IsWorkerCall = true, Worker = identity });
        Assert.Equal((ProcessRole.Worker, 2, true, identity), (plan.Role, plan.Workers, plan.Stateless, plan.Worker));
        Assert.Equal(["http://127.0.0.1:7000"], plan.Public);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Identity_ThroughTheEnvironment_ArrivesAsItWas(bool missed)
    {
        var told = new WorkerIdentity("w2", 2, "/tmp/control", "key", ["http://127.0.0.1:7000", "http://127.0.0.1:7001"]) { IsMissed = missed };
        var heard = WorkerIdentity.From(name => told.ToEnvironment().GetValueOrDefault(name));
        Assert.Equivalent(told, heard, strict: true);
    }

    [Fact]
    public void Decide_WorkerWithoutSupervisor_IsRefused() =>
        Assert.Equal(ExitCodes.Configuration, Assert.Throws<StartRefusedException>(() => ProcessPlan.Decide(Defaults with { IsWorkerCall = true })).ExitCode);

    [Theory]
    [InlineData("Workers:Count", "many", "Workers:Count")]
    [InlineData("Workers:Count", "-1", "Workers:Count")]
    [InlineData("Kestrel:Endpoints:Http:Url", "http://*:1", "Kestrel:Endpoints")]
    [InlineData("urls", "nonsense", "nonsense")]
    public void Gather_WhatCannotBe_IsRefusedByName(string key, string value, string named)
    {
        var refusal = Assert.Throws<StartRefusedException>(() => ProcessFacts.Gather([], Settings((key, value))));
        Assert.Equal(ExitCodes.Configuration, refusal.ExitCode);
        Assert.Contains(named, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("", true)]
    [InlineData("Data Source=data/chat.db", true)]
    [InlineData("Host=db;Database=chat", false)]
    [InlineData("server=db", false)]
    public void Gather_ConnectionString_TellsTheDatabase(string? connection, bool sqlite) =>
        Assert.Equal(sqlite, ProcessFacts.Gather([], Settings(("ConnectionStrings:Chat", connection))).IsSqlite);

    private static IConfiguration Settings(params (string Key, string? Value)[] settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, s.Value))).Build();

    /// <summary>The role is internal; a theory's parameters are not.</summary>
    public enum ProcessRoleName
    {
        Single,
        Supervisor,
    }
}
