using System.Diagnostics;
using System.Globalization;

namespace Chat.Bench.Machine;

/// <summary>CPU time and memory of a process and all that descend from it, read from <c>/proc</c>.</summary>
internal static class ProcessFacts
{
    /// <summary>Of user-space clocks on Linux, on every architecture .NET runs on.</summary>
    private const double TicksPerSecond = 100;

    /// <summary>CPU seconds used so far by the tree under <paramref name="root"/>, those that have ended included.</summary>
    public static double CpuSeconds(int root)
    {
        if (!OperatingSystem.IsLinux())
        {
            using var process = Process.GetProcessById(root);
            return process.TotalProcessorTime.TotalSeconds;
        }

        return Tree(root).Sum(p => p.CpuTicks) / TicksPerSecond;
    }

    /// <summary>CPU seconds used so far by everything on this machine; NaN where that cannot be seen.</summary>
    public static double MachineCpuSeconds()
    {
        if (!OperatingSystem.IsLinux())
        {
            return double.NaN;
        }

        // "cpu" user nice system idle iowait irq softirq steal …
        var ticks = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Skip(1).Take(8).Select(t => long.Parse(t, CultureInfo.InvariantCulture)).ToArray();
        return (ticks.Sum() - ticks[3] - ticks[4]) / TicksPerSecond;
    }

    /// <summary>Resident memory of the tree in bytes.</summary>
    public static long ResidentBytes(int root)
    {
        if (!OperatingSystem.IsLinux())
        {
            using var process = Process.GetProcessById(root);
            return process.WorkingSet64;
        }

        return Tree(root).Sum(p => p.ResidentPages) * Environment.SystemPageSize;
    }

    /// <summary>CPU seconds used so far by the living threads of the tree that have this name, as Linux cuts it; 0 where that cannot be seen.</summary>
    public static double ThreadSeconds(int root, string name)
    {
        if (!OperatingSystem.IsLinux())
        {
            return 0;
        }

        var ticks = 0L;
        foreach (var folder in Tree(root).Select(p => $"/proc/{p.Pid}/task").Where(Directory.Exists).SelectMany(Directory.EnumerateDirectories))
        {
            try
            {
                if (File.ReadAllText($"{folder}/comm").TrimEnd() == name)
                {
                    var fields = Fields($"{folder}/stat");
                    ticks += Number(fields, 11) + Number(fields, 12);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // The thread ended between the listing and the reading.
            }
        }

        return ticks / TicksPerSecond;
    }

    private static List<Entry> Tree(int root)
    {
        var all = new List<Entry>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), out var pid) && Read(pid) is { } entry)
            {
                all.Add(entry);
            }
        }

        var tree = all.Where(p => p.Pid == root).ToList();
        for (var i = 0; i < tree.Count; i++)
        {
            tree.AddRange(all.Where(p => p.Parent == tree[i].Pid));
        }

        return tree;
    }

    private static Entry? Read(int pid)
    {
        try
        {
            var fields = Fields($"/proc/{pid}/stat");

            // Fields 13 and 14 are what its ended children used; without them the sum falls when a child ends.
            return new Entry(pid, (int)Number(fields, 1), Number(fields, 11) + Number(fields, 12) + Number(fields, 13) + Number(fields, 14), Number(fields, 21));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It ended between the listing and the reading.
            return null;
        }
    }

    /// <summary>The name is in parentheses and may hold anything; the numbers begin behind the last one.</summary>
    private static string[] Fields(string file)
    {
        var stat = File.ReadAllText(file);
        return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
    }

    private static long Number(string[] fields, int field) => long.Parse(fields[field], CultureInfo.InvariantCulture);

    private sealed record Entry(int Pid, int Parent, long CpuTicks, long ResidentPages);
}
