using System.Diagnostics;
using Chat.Tests.Support;

namespace Chat.Tests.Architecture;

/// <summary>The files that belong to the project, by paths from its root with forward slashes.</summary>
internal static class RepositoryFiles
{
    private static readonly string[] NotOurs = ["bin", "obj", ".git", ".vs", ".idea", "node_modules", "TestResults", "data", "logs"];

    public static IReadOnlyList<string> All { get; } = List();

    /// <summary>What ships: everything but tests and the load generator.</summary>
    public static IEnumerable<string> ProductCode =>
        Code.Where(f => f.StartsWith("Chat.", StringComparison.Ordinal) && !IsIn(f, "Chat.Tests") && !IsIn(f, "Chat.Bench"));

    /// <summary>C# and Razor that people write.</summary>
    public static IEnumerable<string> Code => All.Where(f =>
        (f.EndsWith(".cs", StringComparison.Ordinal) || f.EndsWith(".razor", StringComparison.Ordinal)) && !IsGenerated(f));

    // By EF Core's tools.
    private static bool IsGenerated(string file) =>
        file.Contains("/Migrations/", StringComparison.Ordinal) || file.Contains("/Model/Compiled/", StringComparison.Ordinal);

    public static bool IsIn(string file, string folder) => file.StartsWith(folder + "/", StringComparison.Ordinal);

    public static string Read(string file) => File.ReadAllText(Repository.PathOf(file));

    // Git knows what is ignored; an export without .git is walked instead.
    private static List<string> List()
    {
        var start = new ProcessStartInfo("git", ["ls-files", "--cached", "--others", "--exclude-standard"])
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using var git = Process.Start(start)!;
            git.ErrorDataReceived += (_, _) => { };
            git.BeginErrorReadLine();
            var files = git.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
            git.WaitForExit();
            if (git.ExitCode == 0 && files.Length > 0)
            {
                return [.. files.Where(f => File.Exists(Repository.PathOf(f))).Order(StringComparer.Ordinal)];
            }
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // No git here.
        }

        return [.. Walk(new DirectoryInfo(Repository.Root)).Order(StringComparer.Ordinal)];
    }

    private static IEnumerable<string> Walk(DirectoryInfo folder) =>
        folder.EnumerateFiles().Select(f => Path.GetRelativePath(Repository.Root, f.FullName).Replace('\\', '/'))
            .Concat(folder.EnumerateDirectories().Where(d => !NotOurs.Contains(d.Name)).SelectMany(Walk));
}
