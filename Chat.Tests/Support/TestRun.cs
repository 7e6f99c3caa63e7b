using System.Diagnostics;

namespace Chat.Tests.Support;

/// <summary>
/// What outlives the test process must not: a small shell holds the list of processes that the tests started and waits for
/// the end of its standard input. The kernel closes that pipe however the test process ends, and then the shell
/// kills them all, with their children, and removes the run's temporary folder. (PR_SET_PDEATHSIG is no use here: it follows
/// the thread that forked, and pool threads come and go.)
/// </summary>
internal static class TestRun
{
    /// <summary>In the environment of every process that the tests start, so that orphans are found too.</summary>
    public const string MarkVariable = "CHAT_TEST_RUN";

    private static int _folders;

    static TestRun()
    {
        Mark = $"{Environment.ProcessId}-{Guid.NewGuid():N}";
        Root = Directory.CreateTempSubdirectory("chat-tests-").FullName;
        File.SetUnixFileMode(Root, (UnixFileMode)0b111_101_101); // The postgres user walks through it.
        Reaper = StartReaper();
    }

    public static string Mark { get; }

    public static string Root { get; }

    private static Process Reaper { get; }

    /// <summary>A new folder that is removed when the run ends.</summary>
    public static string NewFolder(string name)
    {
        var folder = Path.Combine(Root, $"{name}-{Interlocked.Increment(ref _folders)}");
        return Directory.CreateDirectory(folder).FullName;
    }

    public static void Register(int pid)
    {
        lock (Reaper)
        {
            Reaper.StandardInput.WriteLine(pid);
            Reaper.StandardInput.Flush();
        }
    }

    private static Process StartReaper()
    {
        var start = new ProcessStartInfo("setsid") { RedirectStandardInput = true };
        foreach (var argument in (string[])["/bin/sh", Repository.PathOf("Chat.Tests", "assets", "reaper.sh"), Mark, Root])
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start) ?? throw new InvalidOperationException("The reaper did not start.");
    }
}
