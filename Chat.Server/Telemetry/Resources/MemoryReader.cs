using System.Globalization;

namespace Chat.Server.Telemetry.Resources;

/// <param name="Used">Null when no limit of a control group applies: then what the processes themselves use counts.</param>
/// <param name="Limit">The smaller of the control group's limit and the machine's memory.</param>
internal readonly record struct MemoryFacts(long? Used, long Limit);

/// <summary>
/// What of the memory that this container may use is used. File cache that can be dropped at once is not counted: it
/// fills every container and starves none. The runtime's own figure is not used, for it is 0 until the first collection.
/// </summary>
internal sealed class MemoryReader(string root = "/")
{
    private const long NoLimit = long.MaxValue / 2;

    public MemoryFacts Read()
    {
        var physical = Physical();
        foreach (var line in Lines("proc/self/cgroup"))
        {
            // "0::/path" is version 2; "5:memory:/path" is version 1.
            var parts = line.Split(':', 3);
            if (parts.Length != 3)
            {
                continue;
            }

            var facts = parts switch
            {
                ["0", "", var path] => Version2(path, physical),
                [_, var controllers, var path] when controllers.Split(',').Contains("memory") => Version1(path, physical),
                _ => null,
            };
            if (facts is { } found)
            {
                return found;
            }
        }

        return new MemoryFacts(Used: null, physical);
    }

    private MemoryFacts? Version2(string path, long physical) =>
        Tightest(Upwards("sys/fs/cgroup", path), "memory.max", "memory.current", "inactive_file", physical);

    // Inside a container the path of the host is not mounted; the container's own group is at the root then.
    private MemoryFacts? Version1(string path, long physical) =>
        Tightest(Upwards("sys/fs/cgroup/memory", path), "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file", physical);

    /// <summary>A limit may stand at any parent, so the tightest share of the way up counts.</summary>
    private MemoryFacts? Tightest(IEnumerable<string> folders, string limitFile, string usedFile, string cache, long physical)
    {
        MemoryFacts? tightest = null;
        foreach (var folder in folders)
        {
            if (Number($"{folder}/{limitFile}") is not { } limit || limit >= Math.Min(physical, NoLimit)
                || Number($"{folder}/{usedFile}") is not { } current)
            {
                continue;
            }

            var used = Math.Max(0, current - Stat($"{folder}/memory.stat", cache));
            if (tightest is not { } t || (double)used / limit > (double)t.Used!.Value / t.Limit)
            {
                tightest = new MemoryFacts(used, limit);
            }
        }

        return tightest;
    }

    private static IEnumerable<string> Upwards(string mount, string path)
    {
        for (var rest = path.TrimEnd('/'); rest.Length > 0; rest = rest[..rest.LastIndexOf('/')])
        {
            yield return mount + rest;
        }

        yield return mount;
    }

    private long Physical()
    {
        foreach (var line in Lines("proc/meminfo"))
        {
            if (line.StartsWith("MemTotal:", StringComparison.Ordinal)
                && long.TryParse(line.AsSpan(9).Trim().TrimEnd("kB").Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var kilobytes))
            {
                return kilobytes * 1024;
            }
        }

        return GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
    }

    private long? Number(string file) =>
        Lines(file).FirstOrDefault() is { } text && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;

    private long Stat(string file, string name)
    {
        foreach (var line in Lines(file))
        {
            if (line.StartsWith(name, StringComparison.Ordinal) && line.AsSpan(name.Length).StartsWith(" ")
                && long.TryParse(line.AsSpan(name.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var value))
            {
                return value;
            }
        }

        return 0;
    }

    private string[] Lines(string file)
    {
        try
        {
            return File.ReadAllLines(Path.Combine(root, file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Not this version of control groups, or not Linux.
            return [];
        }
    }
}
