using System.Reflection;
using Chat.Contracts;
using Chat.Server.Access;
using Chat.Server.Hubs;
using Chat.Server.Messaging;
using Chat.Tests.Support;

namespace Chat.Tests.Hubs;

/// <summary>docs/protocol.md tells of everything that is on the wire, with the numbers that hold.</summary>
public sealed class ProtocolPageTests
{
    private static readonly string Page = File.ReadAllText(Repository.PathOf("docs", "protocol.md"));

    public static TheoryData<string> Names =>
    [
        .. typeof(ChatHub).GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .Where(m => m.GetBaseDefinition().DeclaringType == typeof(ChatHub)).Select(m => m.Name)
            .Concat(ConstantsOf(typeof(ErrorCodes)))
            .Concat(ConstantsOf(typeof(NoticeKinds)))
            .Concat(ConstantsOf(typeof(EventTypes)))
            .Concat(ConstantsOf(typeof(ConversationPolicies)))
            .Distinct(),
    ];

    [Theory]
    [MemberData(nameof(Names))]
    public void EveryName_OfTheWire_IsOnThePage(string name) => Assert.Contains($"`{name}`", Page);

    [Fact]
    public void Defaults_OnThePage_AreThoseOfTheCode()
    {
        var (limits, messaging, hubs) = (new LimitsOptions(), new MessagingOptions(), new HubsOptions());
        Assert.Contains($"{limits.SendsPerSecond} a second, {limits.SendBurst:N0} at once | `Limits:SendsPerSecond`", Page);
        Assert.Contains($"{limits.CallsPerSecond} a second, {limits.CallBurst:N0} at once | `Limits:CallsPerSecond`", Page);
        Assert.Contains($"{limits.SignalsPerSecond} a second, {limits.SignalBurst:N0} at once | `Limits:SignalsPerSecond`", Page);
        Assert.Contains($"{limits.UserConnectsPerSecond} a second, {limits.UserConnectBurst:N0} at once | `Limits:UserConnectsPerSecond`", Page);
        Assert.Contains($"{limits.AddressConnectsPerSecond} a second, {limits.AddressConnectBurst:N0} at once | `Limits:AddressConnectsPerSecond`", Page);
        Assert.Contains($"| connections of a user | {limits.ConnectionsPerUser} |", Page);
        Assert.Contains($"{messaging.MaxBodyBytes / 1024} KB, {messaging.MaxBatch}, {messaging.HistoryMax} | `Messaging:MaxBodyBytes`", Page);
        Assert.Contains($"{hubs.MaxFrameBytes / 1024} KB, {hubs.ParallelCalls} | `Hubs:MaxFrameBytes`", Page);
        Assert.Contains($"pings every {hubs.KeepAlive.TotalSeconds} s", Page);
        Assert.Contains($"came for {hubs.ClientTimeout.TotalSeconds} s", Page);
        Assert.Contains($"`limit` {messaging.HistoryDefault} unless told, at most {messaging.HistoryMax}", Page);
    }

    private static IEnumerable<string> ConstantsOf(Type type) =>
        type.GetFields(BindingFlags.Public | BindingFlags.Static).Where(f => f.IsLiteral && f.FieldType == typeof(string)).Select(f => (string)f.GetRawConstantValue()!);
}
