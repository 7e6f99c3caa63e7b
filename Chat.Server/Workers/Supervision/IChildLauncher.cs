using Chat.Server.Workers.Ports;

namespace Chat.Server.Workers.Supervision;

/// <summary>Starts processes; the tests' double starts none.</summary>
internal interface IChildLauncher
{
    /// <exception cref="LaunchFailedException">The system could not start it.</exception>
    IRunningChild Launch(ChildProcess child, IReadOnlyDictionary<string, string> environment, Action<LogLine> onLine);
}

internal interface IRunningChild : IDisposable
{
    int Pid { get; }

    /// <summary>Its exit code, once it is gone and its last lines are read.</summary>
    Task<int> Exited { get; }

    /// <summary>Asks it to go (SIGTERM).</summary>
    void Terminate();

    /// <summary>Ends it (SIGKILL).</summary>
    void Kill();
}

internal sealed class LaunchFailedException(string message) : Exception(message);
