namespace Chat.Tests.Support;

/// <summary>A disk of a few megabytes, in memory, that can be filled and freed. Needs root.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private SmallDisk(string folder) => Folder = folder;

    public string Folder { get; }

    private string Ballast => Path.Combine(Folder, "ballast");

    public static async Task<SmallDisk> MountAsync(int megabytes, string owner = "root")
    {
        var disk = new SmallDisk(TestRun.NewFolder("small-disk"));
        await ManagedProcess.RunAsync(new ProcessCommand("mount", ["-t", "tmpfs", "-o", $"size={megabytes}m,mode=0755", "tmpfs", disk.Folder]));
        await ManagedProcess.RunAsync(new ProcessCommand("chown", [owner, disk.Folder]));
        return disk;
    }

    /// <summary>Takes the room that is left, to the last page.</summary>
    public void Fill()
    {
        using var ballast = new FileStream(Ballast, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        var page = new byte[4096];
        try
        {
            while (true)
            {
                ballast.Write(page);
            }
        }
        catch (IOException)
        {
            // No space left on device.
        }
    }

    public void Free() => File.Delete(Ballast);

    /// <summary>Taken out of the tree at once, whoever still has a file open there.</summary>
    public async ValueTask DisposeAsync() => await ManagedProcess.RunAsync(new ProcessCommand("umount", ["--lazy", Folder]));
}
