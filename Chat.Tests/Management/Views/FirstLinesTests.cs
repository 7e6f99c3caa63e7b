using Chat.Contracts;
using Chat.Contracts.Management;
using Chat.Server.Management.Views;
using Chat.Server.Telemetry.Logging;
using Serilog.Events;
using Serilog.Formatting.Json;
using Serilog.Parsing;

namespace Chat.Tests.Management.Views;

/// <summary>Output of a process for eyes that need not see what an exception holds.</summary>
public sealed class FirstLinesTests
{
    [Fact]
    public void Of_AnExceptionInPlainLog_KeepsTypeAndFirstLine()
    {
        var lines = Written(new PlainFormatter());
        Assert.Contains(lines, l => l.Contains("at Chat.Tests", StringComparison.Ordinal));

        var kept = Of([.. lines, "2026-11-26T12:00:01.000Z INF Chat: goes on"]);

        Assert.Equal("    System.InvalidOperationException: the first line", kept[1]);
        Assert.Equal($"    … {lines.Count - 2} more lines, for the role admin", kept[2]);
        Assert.Equal("2026-11-26T12:00:01.000Z INF Chat: goes on", kept[3]);
        Assert.Equal(4, kept.Count);
    }

    [Fact]
    public void Of_AnExceptionInJsonLog_StaysJsonWithItsFirstLine()
    {
        var line = Assert.Single(Written(new JsonFormatter(renderMessage: true)));
        var kept = System.Text.Json.JsonDocument.Parse(Assert.Single(Of([line]))).RootElement;
        Assert.Equal("System.InvalidOperationException: the first line …", kept.GetProperty("Exception").GetString());
        Assert.Equal("It failed", kept.GetProperty("RenderedMessage").GetString());
    }

    [Theory]
    [InlineData("fail: Chat.Admin[1] It failed System.Exception: word    at Chat.Admin.X.Y(String a) in /src/x.cs:line 3", "fail: Chat.Admin[1] It failed System.Exception: word …")]
    [InlineData("we meet at noon (or later)", "we meet at noon (or later)")]
    public void Of_OneLine_IsCutAtTheFirstFrame(string text, string expected) => Assert.Equal([expected], Of([text]));

    [Fact]
    public void Of_ACrashOfTheProcess_KeepsWhatItDiedOf() => Assert.Equal(
        ["Unhandled exception. System.OutOfMemoryException: no more", "    … 2 more lines, for the role admin"],
        Of(["Unhandled exception. System.OutOfMemoryException: no more", "   at A.B()", "   at C.D()"]));

    [Fact]
    public void Of_OutputThatBeginsWithinAStack_LeavesTheRestOfItOut() =>
        Assert.Equal(["    … 2 more lines, for the role admin", "well"], Of(["       at A.B()", "    more of a message", "well"]));

    private static IReadOnlyList<string> Of(IReadOnlyList<string> lines) => [.. FirstLines.Of([.. lines.Select(l => new LogLineView(DateTimeOffset.UnixEpoch, true, l))]).Select(l => l.Text)];

    private static List<string> Written(Serilog.Formatting.ITextFormatter formatter)
    {
        Exception exception;
        try
        {
            throw new InvalidOperationException("the first line\nand what it was working on", new IOException("within"));
        }
        catch (InvalidOperationException thrown)
        {
            exception = thrown;
        }

        using var output = new StringWriter();
        formatter.Format(new LogEvent(DateTimeOffset.UnixEpoch, LogEventLevel.Error, exception, new MessageTemplateParser().Parse("It failed"), []), output);
        return [.. output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)];
    }
}
