namespace Chat.Tests.Architecture;

internal static class Findings
{
    /// <summary>Fails with the whole list, one a line.</summary>
    public static void None(IEnumerable<string> findings)
    {
        var list = findings.Distinct().ToList();
        Assert.True(list.Count == 0, $"{list.Count} found:\n  {string.Join("\n  ", list)}");
    }
}
