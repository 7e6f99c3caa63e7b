using Chat.Server.Workers.Ports;
using Microsoft.Extensions.Options;

namespace Chat.Server.Workers.Supervision;

/// <summary>Which processes the supervisor keeps.</summary>
internal sealed record Roster(IReadOnlyList<ChildProcess> Workers, IReadOnlyList<ChildProcess> Companions)
{
    private const string ConsoleDll = "Chat.Admin.dll";

    /// <summary>Workers get the supervisor's own arguments, so that what was set there holds for them, too.</summary>
    public static Roster Of(ProcessPlan plan, ConsoleOptions console, ConsoleCredential key, IReadOnlyList<string> args)
    {
        var (program, arguments) = ChildProcess.Program(typeof(Roster).Assembly.Location, [ProcessPlan.WorkerArgument, .. args]);
        var nothing = new Dictionary<string, string>();
        var workers = Enumerable.Range(1, plan.Workers).Select(number => new ChildProcess($"w{number}", ChildKind.Worker, program, arguments, nothing));
        return new([.. workers], Console(plan, console, key) is { } child ? [child] : []);
    }

    private static ChildProcess? Console(ProcessPlan plan, ConsoleOptions console, ConsoleCredential key)
    {
        if (!console.Run || FindConsole(console.Path, AppContext.BaseDirectory) is not { } dll)
        {
            return null;
        }

        var (program, arguments) = ChildProcess.Program(dll, []);
        return new("console", ChildKind.Companion, program, arguments, new Dictionary<string, string>
        {
            ["ASPNETCORE_URLS"] = console.Url,
            ["Management__Url"] = plan.Management,
            ["Management__Key"] = key.Value,
            ["Admin__EndWithInput"] = "true",
            ["Playground__Url"] = plan.Public.Count > 0 ? plan.Public[0] : "",
        });
    }

    /// <summary>Beside the server, in a folder of its own beside it, or where a build of the solution puts it.</summary>
    internal static string? FindConsole(string configured, string beside)
    {
        if (configured.Length > 0)
        {
            return File.Exists(configured)
                ? Path.GetFullPath(configured)
                : throw new StartRefusedException(ExitCodes.Configuration, $"Console:Path names {configured}, which is not there.");
        }

        // Chat.Server/bin/Debug/net10.0 → Chat.Admin/bin/Debug/net10.0
        var built = Path.GetFullPath(beside).TrimEnd(Path.DirectorySeparatorChar).Replace(
            $"{Path.DirectorySeparatorChar}Chat.Server{Path.DirectorySeparatorChar}bin",
            $"{Path.DirectorySeparatorChar}Chat.Admin{Path.DirectorySeparatorChar}bin",
            StringComparison.Ordinal);
        string[] places = [beside, Path.Combine(beside, "Chat.Admin"), built];
        return places.Select(place => Path.Combine(place, ConsoleDll)).FirstOrDefault(File.Exists);
    }
}
