using System.Diagnostics;

namespace Chat.Server.Failpoints;

/// <summary>
/// Places where tests let this process die as if by <c>kill -9</c>. Armed by a file of the point's name in the folder that the environment
/// names; whoever comes by first takes the file away and dies, so its successor does not die again. Without the variable the branches are
/// compiled away; outside Development a server with it refuses to start.
/// </summary>
internal static class CrashPoints
{
    public const string Variable = "CHAT_TEST_CRASH_FOLDER";

    /// <summary>Rows are written and not committed.</summary>
    public const string BeforeCommit = "before-commit";

    /// <summary>Committed; nobody was told, sender or receiver.</summary>
    public const string AfterCommit = "after-commit";

    /// <summary>Delivered, and the client's acknowledgement has arrived.</summary>
    public const string BeforeAck = "before-ack";

    /// <summary>Written to the spool, perhaps not on disk.</summary>
    public const string BeforeSpoolSync = "before-spool-sync";

    /// <summary>On disk; nobody was told.</summary>
    public const string AfterSpoolSync = "after-spool-sync";

    /// <summary>Stored from the spool, and still in it.</summary>
    public const string BeforeTruncation = "before-truncation";

    private static readonly string? Folder = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } folder ? folder : null;

    public static readonly bool Any = Folder is not null;

    /// <summary>All of them, in the order of an event's way.</summary>
    public static IReadOnlyList<string> All { get; } = [BeforeCommit, AfterCommit, BeforeAck, BeforeSpoolSync, AfterSpoolSync, BeforeTruncation];

    /// <summary>Dies here when the point is armed.</summary>
    public static void Pass(string point)
    {
        if (Any)
        {
            DieIfArmed(point);
        }
    }

    private static void DieIfArmed(string point)
    {
        var armed = Path.Combine(Folder!, point);
        try
        {
            // One process at most succeeds.
            File.Move(armed, armed + ".died");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return;
        }

        Process.GetCurrentProcess().Kill();
        new ManualResetEvent(false).WaitOne(); // Not a step further until the signal is there.
    }
}
