namespace Chat.Server.Failpoints;

/// <summary>
/// Faults that the tests switch on by environment variable, to prove that their checker would notice them. Read once; without
/// them the branches they guard are compiled away. Outside Development a server with any of them refuses to start.
/// </summary>
internal static class TestSwitches
{
    /// <summary>Comma-separated names.</summary>
    public const string Variable = "CHAT_TEST_SWITCHES";

    private static readonly string[] On =
        (Environment.GetEnvironmentVariable(Variable) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>Receipts go out before the commit.</summary>
    public static readonly bool AckBeforeCommit = On.Contains("ack-before-commit");

    /// <summary>The same id is stored again.</summary>
    public static readonly bool SkipDeduplication = On.Contains("skip-deduplication");

    /// <summary>A cursor moves to what was sent, not to what was acknowledged.</summary>
    public static readonly bool CursorTooFar = On.Contains("cursor-too-far");

    /// <summary>What is committed is not told to other processes.</summary>
    public static readonly bool DropHints = On.Contains("drop-hints");

    /// <summary>Receipts say <c>queued</c> and nothing is spooled.</summary>
    public static readonly bool QueueWithoutSpooling = On.Contains("queue-without-spooling");

    /// <summary>Whether any switch is on.</summary>
    public static bool Any => On.Length > 0 || CrashPoints.Any;
}
