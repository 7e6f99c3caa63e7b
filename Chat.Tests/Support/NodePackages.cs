namespace Chat.Tests.Support;

/// <summary>JavaScript that tests drive, from the committed lock of its folder; installed when a fresh clone's first test needs it.</summary>
internal static class NodePackages
{
    /// <summary>The package's folder, when it is there.</summary>
    /// <param name="folder">Holds package.json and its lock.</param>
    /// <param name="package">One of those that it names.</param>
    public static async Task<string> InstallAsync(string folder, string package)
    {
        var installed = Path.Combine(folder, "node_modules", package);
        if (!Directory.Exists(installed))
        {
            await ManagedProcess.RunAsync(
                new ProcessCommand("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], folder), TimeSpan.FromMinutes(2));
        }

        return installed;
    }
}
