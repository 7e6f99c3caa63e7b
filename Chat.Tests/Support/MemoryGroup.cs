using System.Globalization;

namespace Chat.Tests.Support;

/// <summary>A control group of the kernel with a limit on memory, for processes that are started in it. Needs root.</summary>
internal sealed class MemoryGroup : IDisposable
{
    private const string Mount = "/sys/fs/cgroup";
    private static readonly bool IsVersion2 = File.Exists($"{Mount}/cgroup.controllers");
    private readonly string _folder;

    public MemoryGroup()
    {
        var name = $"chat-test-{Guid.NewGuid():N}";
        if (IsVersion2)
        {
            File.WriteAllText($"{Mount}/cgroup.subtree_control", "+memory");
        }

        _folder = Directory.CreateDirectory(Path.Combine(Mount, IsVersion2 ? "" : "memory", name)).FullName;
    }

    /// <summary>For <see cref="ServerSettings.Wrapper"/>: joins the group and becomes the program.</summary>
    public IReadOnlyList<string> Wrapper => ["/bin/sh", "-c", $"echo $$ > {_folder}/cgroup.procs && exec \"$@\"", "sh"];

    /// <summary>What counts as used: file cache that can be dropped at once does not.</summary>
    public long Used =>
        Number(IsVersion2 ? "memory.current" : "memory.usage_in_bytes") - Statistic(IsVersion2 ? "inactive_file" : "total_inactive_file");

    public long Limit
    {
        set => File.WriteAllText(Path.Combine(_folder, IsVersion2 ? "memory.max" : "memory.limit_in_bytes"), value.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>The group goes when its last process has gone.</summary>
    public void Dispose()
    {
        for (var attempt = 0; attempt < 100; attempt++)
        {
            try
            {
                Directory.Delete(_folder);
                return;
            }
            catch (IOException)
            {
                Thread.Sleep(50); // The kernel tells nobody when a killed process has left.
            }
        }
    }

    private long Number(string file) => long.Parse(File.ReadAllText(Path.Combine(_folder, file)), CultureInfo.InvariantCulture);

    private long Statistic(string name) => long.Parse(
        File.ReadLines(Path.Combine(_folder, "memory.stat")).Single(l => l.StartsWith(name + " ", StringComparison.Ordinal)).Split(' ')[1], CultureInfo.InvariantCulture);
}
