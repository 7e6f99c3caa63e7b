using System.Globalization;
using System.Net.Sockets;
using Chat.Bench.Machine;

namespace Chat.Bench.Targets;

/// <summary>A baseline, run by this same executable in a process of its own.</summary>
internal sealed class BaselineTarget(TargetKind kind, string folder, string? connectionString) : Target(kind)
{
    /// <summary>Environment variable with the naive hub's connection string.</summary>
    public const string ConnectionVariable = "CHAT_BENCH_NAIVE";

    private readonly int _port = PostgresInstance.FreePort();
    private ChildProcess? _process;

    public override IReadOnlyList<int> Pids => _process is { } process ? [process.Pid] : [];

    protected override Uri Address => new($"http://127.0.0.1:{_port}");

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        var name = Kind == TargetKind.Bare ? "bare" : "naive";
        string[] own = [$"serve-{name}", "--port", $"{_port}", "--parent", Environment.ProcessId.ToString(CultureInfo.InvariantCulture)];
        var (file, arguments) = ChildProcess.Self(own);

        // By environment and not by argument: arguments are shown to every user of the machine.
        var environment = new Dictionary<string, string>();
        if (connectionString is not null)
        {
            environment[ConnectionVariable] = connectionString;
        }

        _process = ChildProcess.Start(file, arguments, folder, Path.Combine(folder, $"{name}-{_port}.log"), environment);
        await WaitUntilListeningAsync(_process, ConnectsAsync, cancellationToken);
    }

    public override async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }
    }

    protected override string QueryOf(string user) => $"user={user}&";

    private async Task<bool> ConnectsAsync(CancellationToken cancellationToken)
    {
        using var probe = new TcpClient();
        try
        {
            await probe.ConnectAsync("127.0.0.1", _port, cancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
