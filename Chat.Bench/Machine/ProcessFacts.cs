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
            // The name is in parentheses and may hold anything; the numbers begin behind the last one.
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            long Number(int field) => long.Parse(fields[field], CultureInfo.InvariantCulture);

            // Fields 13 and 14 are what its ended children used; without them the sum falls when a child ends.
            return new Entry(pid, (int)Number(1), Number(11) + Number(12) + Number(13) + Number(14), Number(21));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It ended between the listing and the reading.
            return null;
        }
    }

    private sealed record Entry(int Pid, int Parent, long CpuTicks, long ResidentPages);
}
