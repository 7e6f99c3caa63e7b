using System.ComponentModel;
using System.Net.Sockets;

namespace Chat.Bench.Machine;

/// <summary>A private Redis from the installed program, without persistence, on 127.0.0.1.</summary>
internal sealed class RedisInstance : IAsyncDisposable
{
    private readonly ChildProcess _process;
    private readonly int _port;

    private RedisInstance(ChildProcess process, int port) => (_process, _port) = (process, port);

    public int Pid => _process.Pid;

    public string ConnectionString => $"127.0.0.1:{_port}";

    public static async Task<RedisInstance> StartAsync(string folder, CancellationToken cancellationToken)
    {
        var port = PostgresInstance.FreePort();
        string[] settings = ["--port", $"{port}", "--bind", "127.0.0.1", "--dir", folder, "--save", "", "--appendonly", "no"];
        ChildProcess process;
        try
        {
            process = ChildProcess.Start("redis-server", settings, folder, Path.Combine(folder, $"redis-{port}.log"));
        }
        catch (Win32Exception e)
        {
            throw new InvalidOperationException("No redis-server found: install Redis, or leave the scenario out.", e);
        }

        var instance = new RedisInstance(process, port);
        try
        {
            await instance.WaitUntilReadyAsync(cancellationToken);
            return instance;
        }
        catch
        {
            await instance.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private async Task WaitUntilReadyAsync(CancellationToken cancellationToken)
    {
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        for (var tries = 0; tries < 200 && !_process.HasExited; tries++)
        {
            using var probe = new TcpClient();
            try
            {
                await probe.ConnectAsync("127.0.0.1", _port, cancellationToken);
                return;
            }
            catch (SocketException)
            {
                await poll.WaitForNextTickAsync(cancellationToken);
            }
        }

        throw new InvalidOperationException($"Redis did not start. {_process.LastWords()}");
    }
}
