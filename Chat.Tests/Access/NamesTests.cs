using Chat.Server.Access;

namespace Chat.Tests.Access;

public sealed class NamesTests
{
    [Theory]
    [InlineData("alice")]
    [InlineData("a")]
    [InlineData("auth0|5f7c8ec7c33c6c004bbafe82")]
    [InlineData("Jürgen Müller")]
    [InlineData("山田太郎")]
    [InlineData("😀")]
    [InlineData("user@example.org")]
    public void IsUser_PrintableName_IsAllowed(string name) => Assert.True(Names.IsUser(name));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" alice")]
    [InlineData("alice ")]
    [InlineData("alice\u00A0")]
    [InlineData("ali\nce")]
    [InlineData("ali\0ce")]
    [InlineData("ali\u007Fce")]
    [InlineData("ali\u0085ce")]
    [InlineData("ali\u2028ce")]
    [InlineData("ali\u202Ece")]
    [InlineData("ali\u2066ce")]
    public void IsUser_NothingControlsBlanksAtTheEndsOrOverrides_IsRefused(string? name) => Assert.False(Names.IsUser(name));

    [Fact]
    public void IsUser_HalfOfASurrogatePair_IsRefused()
    {
        Assert.False(Names.IsUser("a\uD83D"));
        Assert.False(Names.IsUser("\uDE00a"));
        Assert.False(Names.IsUser("\uDE00\uD83D"));
        Assert.True(Names.IsUser("a\uD83D\uDE00b"));
    }

    [Fact]
    public void IsText_AtTheLimitAndBeyond_IsCountedInUtf16Units()
    {
        Assert.True(Names.IsText(new string('x', 64), 64));
        Assert.False(Names.IsText(new string('x', 65), 64));
        Assert.True(Names.IsText("😀😀", 4));
        Assert.False(Names.IsText("😀😀", 3));
        Assert.True(Names.IsText(" blanks may stand at the ends of texts ", 64));
    }
}
