using System.Threading.Channels;
using Chat.Server.Workers.Ports;
using Chat.Server.Workers.Supervision;

namespace Chat.Tests.Workers.Supervision;

/// <summary>Starts nothing; the test says how each process fares.</summary>
internal sealed class FakeLauncher : IChildLauncher
{
    private readonly Channel<FakeChild> _launched = Channel.CreateUnbounded<FakeChild>();
    private int _pid = 4_000_000; // Beyond what Linux gives out, so that nobody's /proc is read.

    public string? Problem { get; set; }

    /// <summary>Asked to go by signal, a process goes.</summary>
    public bool Obedient { get; init; }

    public IRunningChild Launch(ChildProcess child, IReadOnlyDictionary<string, string> environment, Action<LogLine> onLine)
    {
        if (Problem is { } problem)
        {
            throw new LaunchFailedException(problem);
        }

        var launched = new FakeChild(++_pid, environment, onLine, Obedient);
        _launched.Writer.TryWrite(launched);
        return launched;
    }

    public async Task<FakeChild> NextAsync()
    {
        using var limit = new CancellationTokenSource(Support.Eventually.Patience);
        return await _launched.Reader.ReadAsync(limit.Token);
    }

    public bool HasMore => _launched.Reader.TryPeek(out _);
}

internal sealed class FakeChild(int pid, IReadOnlyDictionary<string, string> environment, Action<LogLine> onLine, bool obedient) : IRunningChild
{
    private readonly TaskCompletionSource<int> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int Pid => pid;

    public IReadOnlyDictionary<string, string> Environment => environment;

    public Task<int> Exited => _exited.Task;

    public bool Terminated { get; private set; }

    public bool Killed { get; private set; }

    public void Terminate()
    {
        Terminated = true;
        if (obedient)
        {
            Exit(0);
        }
    }

    public void Kill()
    {
        Killed = true;
        Exit(137);
    }

    public void Exit(int code) => _exited.TrySetResult(code);

    public void Write(string line) => onLine(new(DateTimeOffset.MaxValue, IsError: true, line));

    public void Dispose()
    {
    }
}
