using System.Text.RegularExpressions;
using Chat.Tests.Support;

namespace Chat.Tests.Architecture;

public sealed partial class SourceRulesTests
{
    private const int MostLines = 250;

    /// <summary>Files that may be longer, up to so many lines: one thing each that gets no clearer in two.</summary>
    private static readonly Dictionary<string, int> LongFiles = new()
    {
        ["Chat.Client/Receiving/ConversationInbox.cs"] = 300,
        ["Chat.Client/Sending/Outbox.cs"] = 290,
        ["Chat.Server/Delivery/Feeds/ConversationFeed.cs"] = 300,
        ["Chat.Server/Delivery/Pumps/ConnectionPump.cs"] = 280,
        ["Chat.Server/Storage/Writing/BatchCommitter.cs"] = 300,
        ["Chat.Server/Workers/Supervision/ChildSlot.cs"] = 280,
    };

    // In pieces, so that this file does not hold what it looks for.
    private static readonly string[] Leaks =
        [Repository.Root + "/", "registry.npm" + "js.org", "api.nu" + "get.org", "\"resolved\": \"" + "http"];

    [Fact]
    public void ProductCode_Time_ComesFromTheTimeProvider()
    {
        var offenders = from file in RepositoryFiles.ProductCode
            let code = CodeText.Strip(RepositoryFiles.Read(file))
            from Match match in OwnClock().Matches(code)
            select $"{file}:{code.AsSpan(0, match.Index).Count('\n') + 1} {match.Value}";
        Findings.None(offenders);
    }

    [Theory]
    [InlineData("DateTime.Now", true)]
    [InlineData("DateTimeOffset.UtcNow.AddDays(1)", true)]
    [InlineData("Stopwatch.StartNew()", true)]
    [InlineData("Thread.Sleep(1)", true)]
    [InlineData("time.GetUtcNow()", false)]
    [InlineData("MyStopwatches", false)]
    public void OwnClock_Code_IsFound(string code, bool found) => Assert.Equal(found, OwnClock().IsMatch(code));

    [Fact]
    public void ProductCode_Files_AreShortOrListed()
    {
        var lengths = RepositoryFiles.ProductCode.ToDictionary(f => f, f => RepositoryFiles.Read(f).AsSpan().Count('\n'));
        var tooLong = lengths.Where(f => f.Value > LongFiles.GetValueOrDefault(f.Key, MostLines)).Select(f => $"{f.Key} has {f.Value} lines");
        Findings.None(tooLong);
        Findings.None(LongFiles.Keys.Except(lengths.Keys).Select(f => $"{f} is listed and not there"));
    }

    [Fact]
    public void AllFiles_Text_HoldsNoMachinePathAndNoRegistry()
    {
        var offenders = from file in RepositoryFiles.All
            let text = RepositoryFiles.Read(file)
            where !text.Contains('\0')
            from leak in Leaks.Where(l => text.Contains(l, StringComparison.Ordinal)).Concat(BuildFolder().Matches(text).Select(m => m.Value))
            select $"{file} holds {leak}";
        Findings.None(offenders);
    }

    [GeneratedRegex(@"\b(DateTime(Offset)?\s*\.\s*(Utc)?Now|DateTime\s*\.\s*Today|Stopwatch|Thread\s*\.\s*Sleep)\b")]
    private static partial Regex OwnClock();

    // A folder of that name at the root of the file system.
    [GeneratedRegex(@"(?<![\w.\-/~])/wor[k]/\S*")]
    private static partial Regex BuildFolder();
}
