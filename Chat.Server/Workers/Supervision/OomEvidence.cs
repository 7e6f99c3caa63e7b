using System.Globalization;
using Chat.Server.Workers.Ports;

namespace Chat.Server.Workers.Supervision;

/// <summary>
/// Was it the kernel's out-of-memory killer? It ends a process as any <c>kill -9</c> does; but it counts its victims for each control group.
/// The group has to be known before the end: afterwards the process has none.
/// </summary>
internal sealed class OomEvidence
{
    public const int KilledCode = 137;

    private readonly string? _file;
    private readonly long _before;

    private OomEvidence(string? file)
    {
        _file = file;
        _before = Count(file);
    }

    public static OomEvidence Of(int pid) => new(CounterFile(Lines($"/proc/{pid}/cgroup"), File.Exists));

    public bool HasRisen() => _file is not null && Count(_file) > _before;

    /// <summary>The runtime's own last words, when not the kernel but the heap's limit said no.</summary>
    public static bool Confessed(IEnumerable<LogLine> lines) =>
        lines.Any(line => line.IsError && (line.Text.Contains("System.OutOfMemoryException", StringComparison.Ordinal) || line.Text.StartsWith("Out of memory", StringComparison.Ordinal)));

    /// <summary>The counter of the process's own group; where groups are namespaced (containers) it is at the mount's root.</summary>
    internal static string? CounterFile(IEnumerable<string> groups, Func<string, bool> exists)
    {
        List<string> candidates = [];
        foreach (var group in groups)
        {
            // number:controllers:path, where version 2 has number 0 and no controllers.
            var parts = group.Split(':', 3);
            if (parts.Length == 3 && parts[1].Split(',').Contains("memory"))
            {
                candidates.Insert(0, $"/sys/fs/cgroup/memory{parts[2].TrimEnd('/')}/memory.oom_control");
                candidates.Insert(1, "/sys/fs/cgroup/memory/memory.oom_control");
            }
            else if (parts.Length == 3 && parts[0] == "0")
            {
                candidates.Add($"/sys/fs/cgroup{parts[2].TrimEnd('/')}/memory.events");
                candidates.Add("/sys/fs/cgroup/memory.events");
            }
        }

        return candidates.FirstOrDefault(exists);
    }

    internal static long Count(IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            if (line.Split(' ') is ["oom_kill", var number] && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var count))
            {
                return count;
            }
        }

        return 0;
    }

    private static long Count(string? file) => file is null ? 0 : Count(Lines(file));

    private static string[] Lines(string file)
    {
        try
        {
            return File.ReadAllLines(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // No such files on this system, or the process is gone already: then there is no evidence.
            return [];
        }
    }
}
