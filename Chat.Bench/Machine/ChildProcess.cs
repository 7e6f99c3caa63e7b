using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Chat.Bench.Machine;

/// <summary>A process of this run: its output goes to a file, and it ends with the run at the latest.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private const int SigInt = 2;
    private const int SigTerm = 15;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Process _process;
    private readonly StreamWriter _log;
    private readonly Lock _gate = new();

    private ChildProcess(Process process, string logFile)
    {
        _process = process;
        LogFile = logFile;
        _log = new StreamWriter(logFile, append: true) { AutoFlush = true };
    }

    public int Pid => _process.Id;

    public bool HasExited => _process.HasExited;

    public string LogFile { get; }

    public static ChildProcess Start(string file, IEnumerable<string> arguments, string folder, string logFile, IReadOnlyDictionary<string, string>? environment = null)
    {
        var info = new ProcessStartInfo(file)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
        };
        foreach (var argument in arguments)
        {
            info.ArgumentList.Add(argument);
        }

        foreach (var (key, value) in environment ?? new Dictionary<string, string>())
        {
            info.Environment[key] = value;
        }

        var child = new ChildProcess(new Process { StartInfo = info }, logFile);
        child._process.OutputDataReceived += (_, line) => child.Log(line.Data);
        child._process.ErrorDataReceived += (_, line) => child.Log(line.Data);
        child._process.Start();
        child._process.BeginOutputReadLine();
        child._process.BeginErrorReadLine();
        return child;
    }

    /// <summary>Runs a program to its end; throws with its last words when it fails.</summary>
    public static async Task RunAsync(string file, IEnumerable<string> arguments, string folder, string logFile, CancellationToken cancellationToken)
    {
        await using var child = Start(file, arguments, folder, logFile);
        await child._process.WaitForExitAsync(cancellationToken);
        if (child._process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{Path.GetFileName(file)} ended with code {child._process.ExitCode}. {child.LastWords()}");
        }
    }

    /// <summary>How this process runs itself with other arguments.</summary>
    public static (string File, string[] Arguments) Self(params string[] arguments)
    {
        var host = Environment.ProcessPath!;
        return Path.GetFileNameWithoutExtension(host) == "dotnet"
            ? (host, [typeof(ChildProcess).Assembly.Location, .. arguments])
            : (host, arguments);
    }

    /// <summary>The end of what it printed, for an error message.</summary>
    public string LastWords()
    {
        lock (_gate)
        {
            _log.Flush();
        }

        var lines = File.ReadAllLines(LogFile);
        return string.Join(Environment.NewLine, lines.TakeLast(12));
    }

    public Task TerminateAsync() => SignalAndWaitAsync(SigTerm, _process.Id);

    /// <summary>PostgreSQL's fast shutdown, sent to the postmaster, which may be a child of this process.</summary>
    public Task InterruptAsync(int pid) => SignalAndWaitAsync(SigInt, pid);

    public async ValueTask DisposeAsync()
    {
        await TerminateAsync();
        _process.Dispose();
        lock (_gate)
        {
            _log.Dispose();
        }
    }

    private async Task SignalAndWaitAsync(int signal, int pid)
    {
        if (_process.HasExited)
        {
            return;
        }

        if (OperatingSystem.IsWindows() || Kill(pid, signal) != 0)
        {
            _process.Kill(entireProcessTree: true);
        }

        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None);
        }
    }

    private void Log(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_gate)
        {
            // Output may still arrive while the run is being put away.
            if (_log.BaseStream is { CanWrite: true })
            {
                _log.WriteLine(line);
            }
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int pid, int signal);
}
