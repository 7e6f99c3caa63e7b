using System.Net;
using System.Net.Sockets;
using Chat.Server.Workers;
using Chat.Tests.Support;

namespace Chat.Tests.Workers;

public sealed class When_something_is_taken_at_the_start
{
    private readonly string _folder = TestRun.NewFolder("server");
    private readonly int _port = FreePort.Next();

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task The_port_one_line_names_it_and_the_exit_code_says_so(int workers)
    {
        using var other = new TcpListener(IPAddress.Loopback, _port);
        other.Start();
        await using var server = ServerProcess.Start(_folder, _port, workers);
        Assert.Equal(ExitCodes.Unavailable, await server.Exited);
        var line = Assert.Single(server.Output.Lines, line => line.Length > 0);
        Assert.Contains($"Port {_port} is in use", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_port_by_a_server_that_shares_it_there_is_no_sharing_with_strangers()
    {
        await using var first = ServerProcess.Start(_folder, _port, workers: 1);
        await first.ReadyAsync(1);
        await using var second = ServerProcess.Start(TestRun.NewFolder("server"), _port, workers: 1);
        Assert.Equal(ExitCodes.Unavailable, await second.Exited);
        Assert.Contains($"Port {_port} is in use", second.Output.ToString(), StringComparison.Ordinal);
        Assert.True(await first.AnswersAsync());
    }

    [Fact]
    public async Task The_data_folder_the_second_server_leaves_it_alone()
    {
        await using var first = ServerProcess.Start(_folder, _port, workers: 1);
        await first.ReadyAsync(1);
        await using var second = ServerProcess.Start(_folder, FreePort.Next(), workers: 1);
        Assert.Equal(ExitCodes.Unavailable, await second.Exited);
        Assert.Contains($"Another server (pid {first.Id}) uses the data folder", second.Output.ToString(), StringComparison.Ordinal);
        Assert.Single(first.Workers());
    }

    [Fact]
    public async Task A_refused_configuration_ends_the_first_start()
    {
        var refusal = Path.Combine(_folder, "refusal");
        await File.WriteAllTextAsync(refusal, $"{ExitCodes.Configuration}");
        await using var server = ServerProcess.Start(_folder, _port, workers: 2, (StartupHook.RefuseWhile, refusal));
        Assert.Equal(ExitCodes.Configuration, await server.Exited);
        Assert.Contains("w1 | refused by the test", server.Output.Lines);
        Assert.DoesNotContain(server.Output.Lines, line => line.Contains("w2 is Starting", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_invalid_option_is_named_in_one_line()
    {
        await using var server = ServerProcess.Start(_folder, _port, workers: 1, ("Workers__KillAfter", "00:00:01"));
        Assert.Equal(ExitCodes.Configuration, await server.Exited);
        Assert.Contains("Workers:KillAfter must be greater", Assert.Single(server.Output.Lines, line => line.Length > 0), StringComparison.Ordinal);
    }
}
