namespace Chat.Server.Workers;

/// <summary>The process must not start, for a reason that the operator can do something about; the message is the one line he gets.</summary>
internal sealed class StartRefusedException(int exitCode, string message) : Exception(message)
{
    public int ExitCode => exitCode;
}
