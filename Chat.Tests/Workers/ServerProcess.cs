using System.Net.Sockets;
using Chat.Tests.Support;

namespace Chat.Tests.Workers;

/// <summary>The whole server as its users start it.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private readonly ManagedProcess _process;

    private ServerProcess(ManagedProcess process, int port)
    {
        _process = process;
        Port = port;
    }

    public int Port { get; }

    public int Id => _process.Id;

    public OutputLog Output => _process.Output;

    public Task<int> Exited => _process.Exited.WaitAsync(TimeSpan.FromSeconds(60));

    public static ServerProcess Start(string folder, int port, int workers, params (string Name, string Value)[] environment)
    {
        var variables = new Dictionary<string, string?>
        {
            ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}",
            ["Management__Url"] = $"http://127.0.0.1:{FreePort.Next()}",
            ["Workers__Count"] = $"{workers}",
            ["Console__Run"] = "false",
            ["DOTNET_STARTUP_HOOKS"] = typeof(ServerProcess).Assembly.Location,
        };
        foreach (var (name, value) in environment)
        {
            variables[name] = value;
        }

        return new(ManagedProcess.Start(new("dotnet", [TestNode.ServerDll], folder, variables)), port);
    }

    public async Task ReadyAsync(int workers)
    {
        for (var number = 1; number <= workers; number++)
        {
            await Output.WaitForAsync($"w{number} is Healthy", TimeSpan.FromSeconds(90));
        }
    }

    public IReadOnlyList<int> Workers() =>
        [.. ProcFs.DescendantsOf(Id).Where(p => ProcFs.CommandLine(p.Id).Contains(" worker", StringComparison.Ordinal)).Select(p => p.Id)];

    public void Signal(Signal signal) => _process.Signal(signal);

    public async Task<bool> AnswersAsync()
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync("127.0.0.1", Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
