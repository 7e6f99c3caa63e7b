using System.Diagnostics;

namespace Chat.Tests.Support;

/// <summary>How to start a process. <paramref name="Environment"/> is added to ours; a null value takes a variable away.</summary>
internal sealed record ProcessCommand(
    string FileName,
    IReadOnlyList<string> Arguments,
    string? WorkingDirectory = null,
    IReadOnlyDictionary<string, string?>? Environment = null);

/// <summary>
/// A real process under the test's control: it leads its own process group, carries the run's mark, and is known to the
/// reaper of <see cref="TestRun"/>, so that nothing is left behind when the test process is killed.
/// </summary>
internal sealed class ManagedProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly TaskCompletionSource<int> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Action<string>? _onLine;
    private readonly Task _read;
    private bool _disposed;

    private ManagedProcess(ProcessCommand command, Process process, Action<string>? onLine)
    {
        Command = command;
        _onLine = onLine;
        _process = process;
        Id = process.Id;
        _read = ReadAsync();
        process.Exited += (_, _) => _exited.TrySetResult(process.ExitCode);
        process.EnableRaisingEvents = true; // Raises at once when it has exited already.
    }

    public ProcessCommand Command { get; }

    public int Id { get; }

    /// <summary>Standard output and standard error, in the order in which they arrived.</summary>
    public OutputLog Output { get; } = new();

    public StreamWriter Input => _process.StandardInput;

    /// <summary>Ends with the exit code; 128 + n when signal n ended it.</summary>
    public Task<int> Exited => _exited.Task;

    /// <summary>Ends when nobody can write to <see cref="Output"/> any more, children that inherited it included.</summary>
    public Task OutputEnded => _read;

    public bool HasExited => _exited.Task.IsCompleted;

    /// <param name="onLine">Gets each line; <see cref="Output"/> keeps only the last ones.</param>
    public static ManagedProcess Start(ProcessCommand command, Action<string>? onLine = null)
    {
        // setsid replaces itself by the command: the id stays, and the process leads a session and a group of its own.
        var start = new ProcessStartInfo("setsid")
        {
            WorkingDirectory = command.WorkingDirectory ?? TestRun.Root,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in (string[])[command.FileName, .. command.Arguments])
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment[TestRun.MarkVariable] = TestRun.Mark;

        // Ours live for seconds: code that is watched in order to be compiled better later costs them more than they ever get back.
        start.Environment["DOTNET_TieredPGO"] = "0";
        foreach (var (name, value) in command.Environment ?? new Dictionary<string, string?>())
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start) ?? throw new InvalidOperationException($"{command.FileName} did not start.");
        TestRun.Register(process.Id);
        return new ManagedProcess(command, process, onLine);
    }

    /// <summary>Runs a command to its end; throws with its output when the exit code is not 0.</summary>
    public static async Task<string> RunAsync(ProcessCommand command, TimeSpan? timeout = null)
    {
        await using var process = Start(command);
        process.Input.Close();
        var code = await process.Exited.WaitAsync(timeout ?? TimeSpan.FromSeconds(60));
        await process._read;
        return code == 0
            ? process.Output.ToString()
            : throw new InvalidOperationException($"{command.FileName} ended with code {code}:\n{process.Output}");
    }

    /// <summary>Nothing happens when the process has ended: its id may be somebody else's by now.</summary>
    public void Signal(Signal signal)
    {
        if (!HasExited)
        {
            Signals.Send(Id, signal);
        }
    }

    /// <summary>Sends the signal and waits for the end; answers the exit code.</summary>
    public Task<int> EndAsync(Signal signal, TimeSpan? timeout = null)
    {
        Signal(signal);
        return Exited.WaitAsync(timeout ?? TimeSpan.FromSeconds(30));
    }

    /// <summary>Like a crash: SIGKILL to this process alone, not to its children.</summary>
    public Task KillAsync() => EndAsync(Support.Signal.Kill);

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        // Children that made a group of their own (PostgreSQL's) are found by descent, orphans by the group.
        var descendants = HasExited ? [] : ProcFs.DescendantsOf(Id);
        Signal(Support.Signal.Kill);
        foreach (var process in descendants.Concat(ProcFs.OursInGroup(Id)))
        {
            Signals.Send(process.Id, Support.Signal.Kill);
        }

        await Exited;
        _process.Dispose();
    }

    private async Task ReadAsync()
    {
        await Task.WhenAll(CopyAsync(_process.StandardOutput), CopyAsync(_process.StandardError));
        Output.End();

        async Task CopyAsync(StreamReader reader)
        {
            try
            {
                while (await reader.ReadLineAsync() is { } line)
                {
                    Output.Add(line);
                    _onLine?.Invoke(line);
                }
            }
            catch (Exception e) when (e is ObjectDisposedException or IOException or OperationCanceledException)
            {
                // Disposed while a grandchild still held the pipe open.
            }
        }
    }
}
