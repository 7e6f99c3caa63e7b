using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Chat.Server.Workers.Ports;

namespace Chat.Server.Workers.Supervision;

internal sealed class ProcessLauncher(TimeProvider time) : IChildLauncher
{
    public IRunningChild Launch(ChildProcess child, IReadOnlyDictionary<string, string> environment, Action<LogLine> onLine)
    {
        var info = new ProcessStartInfo(child.FileName, child.Arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,

            // Held open as long as we live; its end tells a companion that we died.
            RedirectStandardInput = true,
        };
        foreach (var (name, value) in child.Environment.Concat(environment))
        {
            info.Environment[name] = value;
        }

        try
        {
            var process = Process.Start(info) ?? throw new LaunchFailedException("no process came of it");
            OomPreference.Expose(process.Id);
            return new RunningProcess(process, onLine, time);
        }
        catch (Win32Exception error)
        {
            throw new LaunchFailedException($"{child.FileName} could not be started: {error.Message}");
        }
    }

    private sealed class RunningProcess : IRunningChild
    {
        private const int Sigterm = 15;

        // A grandchild may have inherited the pipes and keep them open; its lines are not worth a late restart.
        private static readonly TimeSpan LastLines = TimeSpan.FromSeconds(0.5);

        private readonly Process _process;

        public RunningProcess(Process process, Action<LogLine> onLine, TimeProvider time)
        {
            _process = process;
            Pid = process.Id;
            var reading = Task.WhenAll(
                LinePump.RunAsync(process.StandardOutput, text => onLine(new(time.GetUtcNow(), IsError: false, text))),
                LinePump.RunAsync(process.StandardError, text => onLine(new(time.GetUtcNow(), IsError: true, text))));
            Exited = ExitAsync(reading, time);
        }

        public int Pid { get; }

        public Task<int> Exited { get; }

        public void Terminate()
        {
            if (OperatingSystem.IsWindows())
            {
                // No such signal there; the end of its input asks the same.
                _process.StandardInput.Close();
            }
            else if (!_process.HasExited)
            {
                _ = SendSignal(Pid, Sigterm);
            }
        }

        public void Kill() => _process.Kill();

        public void Dispose() => _process.Dispose();

        private async Task<int> ExitAsync(Task reading, TimeProvider time)
        {
            await _process.WaitForExitAsync(CancellationToken.None);
            await Task.WhenAny(reading, Task.Delay(LastLines, time, CancellationToken.None));
            return _process.ExitCode;
        }

        [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
        private static extern int SendSignal(int pid, int signal);
    }
}
