using System.Globalization;

namespace Chat.Tests.Support;

/// <summary>One process as the kernel shows it.</summary>
internal sealed record ProcessStat(int Id, char State, int ParentId, int GroupId)
{
    public bool IsStopped => State is 'T' or 't';

    public bool IsZombie => State is 'Z' or 'X';
}

/// <summary>What /proc tells about processes: who descends from whom, how much memory and how many files they hold.</summary>
internal static class ProcFs
{
    /// <summary>Null when the process is gone.</summary>
    public static ProcessStat? Stat(int pid)
    {
        if (TryRead($"/proc/{pid}/stat") is not { } text)
        {
            return null;
        }

        // "pid (name) state ppid pgrp …"; the name may hold spaces and parentheses.
        var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        return new ProcessStat(pid, fields[0][0], Number(fields[1]), Number(fields[2]));
    }

    public static bool IsAlive(int pid) => Stat(pid) is { IsZombie: false };

    /// <summary>Children, their children and so on; not the process itself.</summary>
    public static IReadOnlyList<ProcessStat> DescendantsOf(int pid)
    {
        var byParent = All().ToLookup(p => p.ParentId);
        var found = new List<ProcessStat>();
        var open = new Queue<int>([pid]);
        while (open.TryDequeue(out var parent))
        {
            foreach (var child in byParent[parent])
            {
                found.Add(child);
                open.Enqueue(child.Id);
            }
        }

        return found;
    }

    /// <summary>The processes of a group that carry this run's mark: ours, even when their leader is gone and its id was given away.</summary>
    public static IReadOnlyList<ProcessStat> OursInGroup(int leader) =>
        [.. All().Where(p => p.GroupId == leader && TryRead($"/proc/{p.Id}/environ")?.Contains(TestRun.Mark, StringComparison.Ordinal) == true)];

    /// <summary>Resident memory in bytes; 0 when the process is gone.</summary>
    public static long ResidentBytes(int pid)
    {
        var line = TryRead($"/proc/{pid}/status")?.Split('\n').FirstOrDefault(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        return line is null ? 0 : long.Parse(line["VmRSS:".Length..^" kB".Length], NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture) * 1024;
    }

    /// <summary>Open file descriptors; 0 when the process is gone.</summary>
    public static int OpenFiles(int pid) => Descriptors(pid).Length;

    /// <summary>Open sockets, listening ones included; 0 when the process is gone.</summary>
    public static int OpenSockets(int pid) =>
        Descriptors(pid).Count(d => new FileInfo(d).LinkTarget?.StartsWith("socket:", StringComparison.Ordinal) == true);

    /// <summary>The process holds a lock on this file, not only the file.</summary>
    public static bool HoldsLock(int pid, string path)
    {
        try
        {
            return Directory.GetFileSystemEntries($"/proc/{pid}/fd")
                .Where(fd => new FileInfo(fd).LinkTarget == path)
                .Any(fd => TryRead($"/proc/{pid}/fdinfo/{Path.GetFileName(fd)}")?.Contains("lock:", StringComparison.Ordinal) == true);
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>The command line, arguments separated by spaces; empty when the process is gone.</summary>
    public static string CommandLine(int pid) => TryRead($"/proc/{pid}/cmdline")?.Replace('\0', ' ').Trim() ?? "";

    private static string[] Descriptors(int pid)
    {
        try
        {
            return Directory.GetFileSystemEntries($"/proc/{pid}/fd");
        }
        catch (IOException)
        {
            return [];
        }
    }

    private static IEnumerable<ProcessStat> All() =>
        from folder in Directory.EnumerateDirectories("/proc")
        let name = Path.GetFileName(folder)
        where name.All(char.IsAsciiDigit)
        let stat = Stat(Number(name))
        where stat is not null
        select stat;

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static string? TryRead(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // Ended between the listing and the reading, or somebody else's.
        }
    }
}
