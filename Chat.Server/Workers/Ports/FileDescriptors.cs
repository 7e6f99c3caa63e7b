using System.Globalization;

namespace Chat.Server.Workers.Ports;

/// <summary>How many files and sockets the system lets this process have open at once.</summary>
internal static class FileDescriptors
{
    private const string Line = "Max open files";

    /// <summary>Read from <c>/proc/self/limits</c>, once; no limit on systems that have none.</summary>
    public static long Limit { get; } = OperatingSystem.IsLinux() ? Read() : long.MaxValue;

    private static long Read()
    {
        foreach (var line in File.ReadLines("/proc/self/limits"))
        {
            if (line.StartsWith(Line, StringComparison.Ordinal)
                && long.TryParse(line[Line.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0], NumberStyles.None, CultureInfo.InvariantCulture, out var soft))
            {
                return Math.Max(1, soft);
            }
        }

        return long.MaxValue;
    }
}
