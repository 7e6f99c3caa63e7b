using System.Globalization;

namespace Chat.Tests.Support;

/// <summary>The installed PostgreSQL of the newest version. It refuses to run as root, so root runs it as <c>postgres</c>.</summary>
internal static class PostgresPrograms
{
    private static readonly string Folder = FindNewest();
    private static readonly Lazy<Task<string>> Template = new(CreateTemplateAsync);

    /// <summary>A data folder of its own for a new cluster, copied from one that was initialised once a run.</summary>
    public static async Task CopyNewClusterAsync(string dataFolder) =>
        await ManagedProcess.RunAsync(As("cp", ["-a", await Template.Value, dataFolder]));

    /// <summary>A program of PostgreSQL's.</summary>
    public static ProcessCommand Program(string name, params string[] arguments) => As(Path.Combine(Folder, name), arguments);

    /// <summary>A folder that PostgreSQL may write to.</summary>
    public static async Task<string> NewFolderAsync(string name)
    {
        var folder = TestRun.NewFolder(name);
        if (Environment.IsPrivilegedProcess)
        {
            await ManagedProcess.RunAsync(new ProcessCommand("chown", ["postgres:", folder]));
        }

        return folder;
    }

    private static async Task<string> CreateTemplateAsync()
    {
        var data = Path.Combine(await NewFolderAsync("postgres-template"), "data");
        await ManagedProcess.RunAsync(Program(
            "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"));
        return data;
    }

    // setpriv replaces itself by the program, so the process id that we hold is the postmaster's; runuser stays in between.
    private static ProcessCommand As(string program, IReadOnlyList<string> arguments) =>
        Environment.IsPrivilegedProcess
            ? new ProcessCommand("setpriv", ["--reuid=postgres", "--regid=postgres", "--init-groups", "--", program, .. arguments])
            : new ProcessCommand(program, arguments);

    private static string FindNewest()
    {
        const string Versions = "/usr/lib/postgresql";
        var newest = (Directory.Exists(Versions) ? Directory.GetDirectories(Versions) : [])
            .Where(folder => File.Exists(Path.Combine(folder, "bin", "initdb")))
            .MaxBy(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var version) ? version : 0);
        return newest is null
            ? throw new InvalidOperationException($"No PostgreSQL under {Versions}: install Debian's package postgresql.")
            : Path.Combine(newest, "bin");
    }
}
