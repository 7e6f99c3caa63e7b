using Chat.Server.Messaging.Topics;

namespace Chat.Tests.Messaging.Topics;

public sealed class TopicNamesTests
{
    [Theory]
    [InlineData("a", true)]
    [InlineData("news", true)]
    [InlineData("orders.created", true)]
    [InlineData("Orders/eu-west/42_a:b", true)]
    [InlineData("", false)]
    [InlineData(null, false)]
    [InlineData(".news", false)]
    [InlineData("news.", false)]
    [InlineData("a..b", false)]
    [InlineData("a./b", false)]
    [InlineData("a b", false)]
    [InlineData("a*", false)]
    [InlineData("a#", false)]
    [InlineData("straße", false)]
    [InlineData("a\u0000", false)]
    [InlineData("a\n", false)]
    [InlineData("a\u202Eb", false)]
    public void IsName_Text_FollowsTheGrammar(string? name, bool expected) => Assert.Equal(expected, TopicNames.IsName(name));

    [Fact]
    public void IsName_Length_EndsAt128()
    {
        Assert.True(TopicNames.IsName(new string('a', 128)));
        Assert.False(TopicNames.IsName(new string('a', 129)));
        Assert.Contains($"{TopicNames.MaxLength} characters", TopicNames.Grammar);
    }

    [Theory]
    [InlineData("*", "news", true)]
    [InlineData("news", "news", true)]
    [InlineData("news", "news.eu", false)]
    [InlineData("news.*", "news.eu", true)]
    [InlineData("news.*", "news", false)]
    [InlineData("news.*", "newspaper", false)]
    [InlineData("news*", "newspaper", true)]
    [InlineData("News.*", "news.eu", false)]
    public void Matches_Topic_ByNameOrBeginning(string pattern, string topic, bool expected) =>
        Assert.Equal(expected, TopicPattern.Parse(pattern)!.Matches(topic));

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("*.news")]
    [InlineData("a*b")]
    [InlineData("**")]
    [InlineData("a..*")]
    [InlineData(".*")]
    public void Parse_NoPattern_IsNull(string? pattern) => Assert.Null(TopicPattern.Parse(pattern));
}
