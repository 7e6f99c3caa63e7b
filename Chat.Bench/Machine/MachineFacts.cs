using System.Runtime.InteropServices;

namespace Chat.Bench.Machine;

/// <summary>What the numbers were measured on; nothing that names the machine or its owner.</summary>
internal sealed record MachineFacts(string Cpu, int Cores, long MemoryMegabytes, string System, string Architecture, string Runtime, string? Commit)
{
    public static MachineFacts Collect() => new(
        CpuModel(),
        Environment.ProcessorCount,
        GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 20,
        RuntimeInformation.OSDescription,
        RuntimeInformation.ProcessArchitecture.ToString(),
        RuntimeInformation.FrameworkDescription,
        GitCommit.Find(AppContext.BaseDirectory));

    private static string CpuModel()
    {
        const string file = "/proc/cpuinfo";
        var line = File.Exists(file) ? File.ReadLines(file).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line is null ? "unknown" : line[(line.IndexOf(':') + 1)..].Trim();
    }
}

/// <summary>The commit that is checked out around a folder, read from git's files: git itself may not be installed.</summary>
internal static class GitCommit
{
    public static string? Find(string folder)
    {
        for (var parent = new DirectoryInfo(folder); parent is not null; parent = parent.Parent)
        {
            var marker = Path.Combine(parent.FullName, ".git");
            if (Directory.Exists(marker))
            {
                return Resolve(marker, marker);
            }

            if (File.Exists(marker))
            {
                return OfWorktree(parent.FullName, File.ReadAllText(marker).Trim());
            }
        }

        return null;
    }

    private static string? OfWorktree(string folder, string pointer)
    {
        const string key = "gitdir: ";
        if (!pointer.StartsWith(key, StringComparison.Ordinal))
        {
            return null;
        }

        var own = Path.GetFullPath(pointer[key.Length..], folder);
        var common = Path.Combine(own, "commondir");
        return Resolve(own, File.Exists(common) ? Path.GetFullPath(File.ReadAllText(common).Trim(), own) : own);
    }

    private static string? Resolve(string own, string common)
    {
        const string key = "ref: ";
        var headFile = Path.Combine(own, "HEAD");
        if (!File.Exists(headFile))
        {
            return null;
        }

        var head = File.ReadAllText(headFile).Trim();
        if (!head.StartsWith(key, StringComparison.Ordinal))
        {
            return head;
        }

        var name = head[key.Length..];
        var loose = Path.Combine(common, name);
        if (File.Exists(loose))
        {
            return File.ReadAllText(loose).Trim();
        }

        var packed = Path.Combine(common, "packed-refs");
        return File.Exists(packed)
            ? File.ReadLines(packed).FirstOrDefault(l => l.EndsWith($" {name}", StringComparison.Ordinal))?.Split(' ')[0]
            : null;
    }
}
