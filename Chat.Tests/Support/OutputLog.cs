namespace Chat.Tests.Support;

/// <summary>The last lines that a process wrote.</summary>
internal sealed class OutputLog(int capacity = 2_000) : Recorded<string>(capacity)
{
    public IReadOnlyList<string> Lines => Items;

    public Task<string> WaitForAsync(string part, TimeSpan? within = null) =>
        WaitForAsync(line => line.Contains(part, StringComparison.Ordinal), within);

    public override string ToString() => string.Join('\n', Lines);
}
