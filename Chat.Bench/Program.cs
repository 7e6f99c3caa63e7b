namespace Chat.Bench;

/// <summary>The load generator; <see cref="CommandLine"/> tells what it can do.</summary>
internal static class Program
{
    private static Task<int> Main(string[] args) =>
        CommandLine.Build().Parse(args).InvokeAsync(new System.CommandLine.InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(60) });
}
