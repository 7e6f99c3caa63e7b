using System.Reflection;
using System.Text.RegularExpressions;
using Chat.Client;
using Chat.Contracts;
using Chat.Tests.Support;

namespace Chat.Tests.Client;

/// <summary>docs/client.md names for every call of the hub what makes it, and for every notice what the client does about it.</summary>
public sealed partial class ClientPageTests
{
    private static readonly string[] Rows = File.ReadAllLines(Repository.PathOf("docs", "client.md"));

    private static readonly HashSet<string> Members =
    [
        .. typeof(ChatClient).Assembly.GetExportedTypes()
            .SelectMany(t => t.GetMembers(BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly)).Select(m => m.Name),
    ];

    public static TheoryData<string> Calls => [.. When_a_client_makes_every_call.Calls];

    public static TheoryData<string> Notices =>
        [.. typeof(NoticeKinds).GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => (string)f.GetRawConstantValue()!)];

    [Theory]
    [MemberData(nameof(Calls))]
    public void EveryCall_OnThePage_NamesMethodsThatThereAre(string call)
    {
        var names = Names().Matches(RowOf(call)).Select(m => m.Groups[1].Value).Skip(1).ToList();
        Assert.NotEmpty(names);
        Assert.All(names, name => Assert.Contains(name, Members));
    }

    [Theory]
    [MemberData(nameof(Notices))]
    public void EveryNotice_IsOnThePage(string kind) => Assert.NotEmpty(RowOf(kind));

    private static string RowOf(string name) => Assert.Single(Rows, row => row.StartsWith($"| `{name}` |", StringComparison.Ordinal));

    [GeneratedRegex("`([A-Za-z]+)`")]
    private static partial Regex Names();
}
