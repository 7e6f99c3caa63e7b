using System.CommandLine;
using Npgsql;

namespace Chat.Bench;

/// <summary>The load generator; <see cref="CommandLine"/> tells what it can do.</summary>
internal static class Program
{
    private static readonly InvocationConfiguration Invocation = new()
    {
        EnableDefaultExceptionHandler = false,

        // Servers and PostgreSQL are stopped in order after Ctrl+C.
        ProcessTerminationTimeout = TimeSpan.FromSeconds(60),
    };

    private static async Task<int> Main(string[] args)
    {
        try
        {
            return await CommandLine.Build().Parse(args).InvokeAsync(Invocation);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidOperationException or IOException or NpgsqlException)
        {
            // What whoever called can mend: a wrong option, no PostgreSQL, a server that does not start.
            await Console.Error.WriteLineAsync(e.Message);
            return 2;
        }
    }
}
