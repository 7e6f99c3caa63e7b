using Chat.Server.Workers.Supervision;

namespace Chat.Tests.Workers.Supervision;

public sealed class LinePumpTests
{
    [Fact]
    public async Task RunAsync_Lines_ComeOneByOneWithTheLastUnfinishedOne() =>
        Assert.Equal(["one", "", "two", "three"], await PumpAsync("one\r\n\ntwo\nthree"));

    [Fact]
    public async Task RunAsync_OutputWithoutLineEnds_IsCutIntoBoundedPieces()
    {
        var lines = await PumpAsync(new string('x', (2 * LinePump.LongestLine) + 5));
        Assert.Equal([LinePump.LongestLine, LinePump.LongestLine, 5], lines.Select(line => line.Length));
    }

    private static async Task<List<string>> PumpAsync(string text)
    {
        var lines = new List<string>();
        await LinePump.RunAsync(new StringReader(text), lines.Add);
        return lines;
    }
}
