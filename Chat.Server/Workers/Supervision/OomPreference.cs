using System.Globalization;

namespace Chat.Server.Workers.Supervision;

/// <summary>When memory runs out the kernel is to take a child, which is replaced, and not the supervisor, whom nobody replaces.</summary>
internal static class OomPreference
{
    private const int Most = 1_000;

    // In thousandths of all the memory there is: it counts as if it used so much more than it does. Raising it is anybody's right.
    private const int More = 300;

    public static void Expose(int pid)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        var file = $"/proc/{pid}/oom_score_adj";
        try
        {
            var inherited = int.Parse(File.ReadAllText(file), CultureInfo.InvariantCulture);
            File.WriteAllText(file, Math.Min(Most, inherited + More).ToString(CultureInfo.InvariantCulture));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It has left already, or the system does not let us: then the kernel chooses as it would have.
        }
    }
}
