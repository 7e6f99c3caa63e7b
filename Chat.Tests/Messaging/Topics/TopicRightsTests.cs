using System.Security.Claims;
using Chat.Server.Access;
using Chat.Server.Messaging.Topics;
using Chat.Server.Storage.Model;
using Microsoft.Extensions.Options;

namespace Chat.Tests.Messaging.Topics;

public sealed class TopicRightsTests
{
    private static readonly TopicsOptions Options = new()
    {
        Rules =
        [
            new() { Pattern = "orders.*", Publish = "service role:writer", Subscribe = "everyone" },
            new() { Pattern = "orders.secret.*", Publish = "service", Subscribe = "user:vip", Policy = "realtime", Retained = true },
            new() { Pattern = "orders.secret.none", Publish = "", Subscribe = "" },
        ],
    };

    private static readonly TopicRights Rights = new(new TopicRules(Microsoft.Extensions.Options.Options.Create(Options)), Microsoft.Extensions.Options.Options.Create(Options));

    [Theory]
    [InlineData("chat", true, true)]
    [InlineData("orders.new", false, true)]
    [InlineData("orders.secret.x", false, false)]
    [InlineData("orders.secret.none", false, false)]
    public void AUser_MayWhatTheMostSpecificRuleSays(string topic, bool publish, bool subscribe) =>
        AssertMay(User("alice"), topic, publish, subscribe);

    [Fact]
    public void RolesUsersAndServices_AreWhoTheRuleNames()
    {
        AssertMay(User("alice", (Callers.RoleClaim, "writer")), "orders.new", true, true);
        AssertMay(User("vip"), "orders.secret.x", false, true);
        AssertMay(Service("shop"), "orders.secret.x", true, false);
        AssertMay(Service("shop"), "orders.secret.none", false, false);
        AssertMay(null, "chat", false, false);
    }

    [Fact]
    public void AClaim_DecidesAlone_WhereItIsPresent()
    {
        var narrow = User("alice", ("topics_publish", "orders.secret.* chat"), ("topics_publish", "extra"));
        AssertMay(narrow, "orders.secret.x", true, false);
        AssertMay(narrow, "chat", true, true);
        AssertMay(narrow, "extra", true, true);
        AssertMay(narrow, "other", false, true);
        AssertMay(User("alice", ("topics_subscribe", "")), "chat", true, false);
        AssertMay(User("alice", ("topics_subscribe", "*")), "orders.secret.none", false, true);
    }

    [Fact]
    public void MayFollow_AConversationThatIsNoTopic_IsNoMatterOfThese() =>
        Assert.True(Rights.MayFollow(User("alice", ("topics_subscribe", "")), "c_1"));

    [Fact]
    public void Rule_OfTheMostSpecificPattern_CountsAlone()
    {
        var rules = new TopicRules(Microsoft.Extensions.Options.Options.Create(Options));
        Assert.Equal((ConversationPolicy.Realtime, true), (rules.Of("orders.secret.x").Policy, rules.Of("orders.secret.x").Retained));
        Assert.Equal((ConversationPolicy.Durable, false), (rules.Of("orders.secret.none").Policy, rules.Of("orders.secret.none").Retained));
    }

    [Theory]
    [InlineData("orders.**", "everyone", "durable", null, "Pattern")]
    [InlineData("x", "all", "durable", null, "Publish")]
    [InlineData("x", "role:", "durable", null, "Publish")]
    [InlineData("x", "everyone", "fast", null, "Policy")]
    [InlineData("x", "everyone", "durable", 0L, "MaxEvents")]
    public void Validator_ARuleThatMeansNothing_IsNamed(string pattern, string publish, string policy, long? maxEvents, string field)
    {
        var options = new TopicsOptions { Rules = [new() { Pattern = pattern, Publish = publish, Policy = policy, MaxEvents = maxEvents }] };
        var result = new TopicsOptionsValidator().Validate(null, options);
        Assert.Contains($"Topics:Rules:0:{field}", Assert.Single(result.Failures!));
    }

    private static void AssertMay(ClaimsPrincipal? caller, string topic, bool publish, bool subscribe) =>
        Assert.Equal((publish, subscribe), (Rights.MayPublish(caller, topic), Rights.MaySubscribe(caller, topic)));

    private static ClaimsPrincipal User(string user, params (string Type, string Value)[] claims) => Caller("Bearer", user, claims);

    private static ClaimsPrincipal Service(string name) => Caller(Callers.Service, name);

    private static ClaimsPrincipal Caller(string authentication, string user, params (string Type, string Value)[] claims) =>
        new(new ClaimsIdentity([new("sub", user), .. claims.Select(c => new Claim(c.Type, c.Value))], authentication));
}
