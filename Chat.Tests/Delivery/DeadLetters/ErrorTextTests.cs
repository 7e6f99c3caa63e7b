using Chat.Server.Delivery.DeadLetters;
using Xunit;

namespace Chat.Tests.Delivery.DeadLetters;

public sealed class ErrorTextTests
{
    [Theory]
    [InlineData("plain text", "plain text")]
    [InlineData("  two\r\nlines\t ", "two  lines")]
    [InlineData("turned \u202E round", "turned   round")]
    [InlineData("whole \uD83D\uDE00", "whole \uD83D\uDE00")]
    [InlineData("\0\u001b[31m", "[31m")]
    public void Clean_LeavesWhatIsFitToShow(string text, string clean) => Assert.Equal(clean, ErrorText.Clean(text));

    [Fact]
    public void Clean_HalfOfAPair_IsLeftOut() =>
        // Not inline: an attribute cannot hold it.
        Assert.Equal("half   of a pair", ErrorText.Clean("half \uD83D of a pair"));

    [Fact]
    public void Clean_LongText_IsCutBetweenCharacters()
    {
        Assert.Equal(ErrorText.Longest, ErrorText.Clean(new string('x', 100_000)).Length);
        Assert.Equal(new string('x', ErrorText.Longest - 1), ErrorText.Clean(new string('x', ErrorText.Longest - 1) + "\uD83D\uDE00"));
    }
}
