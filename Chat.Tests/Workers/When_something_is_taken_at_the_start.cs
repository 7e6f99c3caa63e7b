using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using Chat.Server.Workers;
using Chat.Server.Workers.Ports;
using Chat.Tests.Support;

namespace Chat.Tests.Workers;

public sealed class When_something_is_taken_at_the_start
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task The_port_one_line_names_it_and_the_exit_code_says_so(int workers)
    {
        await using var server = ServerProcess.Create(new() { Workers = workers });
        using var other = new TcpListener(IPAddress.Loopback, server.Port);
        other.Start();
        Assert.Equal((ExitCodes.Unavailable, $"The server does not start: Port {server.Port} is in use by another process (http://127.0.0.1:{server.Port}). Stop that process or choose another address."), await RefusedAsync(server));
    }

    [Fact]
    public async Task The_port_by_a_server_that_shares_it_there_is_no_sharing_with_strangers()
    {
        await using var first = await ServerProcess.StartNewAsync(new() { Workers = 1 });
        await using var second = ServerProcess.Create(new() { Workers = 1, Variables = new Dictionary<string, string?> { ["ASPNETCORE_URLS"] = $"{first.Url}" } });
        var (code, line) = await RefusedAsync(second);
        Assert.Equal(ExitCodes.Unavailable, code);
        Assert.Contains($"Port {first.Port} is in use", line, StringComparison.Ordinal);
        Assert.Single(first.WorkerIds());
    }

    [Fact]
    public async Task The_data_folder_the_second_server_leaves_it_alone()
    {
        await using var first = await ServerProcess.StartNewAsync(new() { Workers = 1 });
        await using var second = ServerProcess.Create(new ServerSettings { Workers = 1 }.With("Workers:DataFolder", Path.Combine(first.Folder, "data")));
        var (code, line) = await RefusedAsync(second);
        Assert.Equal(ExitCodes.Unavailable, code);
        Assert.Contains($"Another server (pid {first.Process.Id}) uses the data folder", line, StringComparison.Ordinal);
        Assert.Single(first.WorkerIds());
    }

    [Fact]
    public async Task A_refused_configuration_ends_the_first_start()
    {
        var refusal = Path.Combine(TestRun.NewFolder("refusal"), "code");
        await File.WriteAllTextAsync(refusal, $"{ExitCodes.Configuration}");
        await using var server = ServerProcess.Create(new()
        {
            Workers = 2,
            Variables = new Dictionary<string, string?>
            {
                ["DOTNET_STARTUP_HOOKS"] = typeof(StartupHook).Assembly.Location,
                [StartupHook.RefuseWhile] = refusal,
            },
        });
        server.Launch();
        Assert.Equal(ExitCodes.Configuration, await server.Process.Exited.WaitAsync(Patience));
        await server.Output.WaitForAsync("w1 | refused by the test", Patience);
        Assert.DoesNotContain(server.Output.Lines, line => line.Contains("w2 is Starting", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Workers:KillAfter", "00:00:01", "Workers:KillAfter must be greater")]
    [InlineData("Workers:Count", "many", "Workers:Count is \"many\"")]
    [InlineData("Management:Url", "nowhere", "\"nowhere\" is no address")]
    public async Task A_wrong_option_is_named_in_one_line(string key, string value, string said)
    {
        await using var server = ServerProcess.Create(new ServerSettings { Workers = 1 }.With(key, value));
        var (code, line) = await RefusedAsync(server);
        Assert.Equal(ExitCodes.Configuration, code);
        Assert.Contains(said, line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "")]
    [InlineData(1, "w1 | ")]
    public async Task What_only_a_worker_refuses_is_told_in_one_line_too(int workers, string prefix)
    {
        await using var server = ServerProcess.Create(new ServerSettings { Workers = workers }.With("Auth:SigningKey", ""));
        server.Launch();
        Assert.Equal(ExitCodes.Configuration, await server.Process.Exited.WaitAsync(Patience));
        await server.Process.OutputEnded.WaitAsync(Patience);
        var line = Assert.Single(server.Output.Lines, line => line.StartsWith(prefix, StringComparison.Ordinal) && line.Length > prefix.Length);
        Assert.StartsWith($"{prefix}The server does not start: ", line, StringComparison.Ordinal);
        Assert.Contains("Set Auth:Authority", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_environment_that_is_set_to_nothing_is_not_set()
    {
        await using var server = await ServerProcess.StartNewAsync(new ServerSettings
        {
            Workers = 1,
            Environment = "Development",
            Variables = new Dictionary<string, string?> { ["DOTNET_ENVIRONMENT"] = "" },
        }.With("Auth:SigningKey", ""));
        // Only in Development does a server make tokens, and only there does it start without a key.
        using var answer = await server.Http.PostAsJsonAsync("/api/token", new { user = "alice" });
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains(server.Output.Lines, line => line.EndsWith("Hosting environment: Development", StringComparison.Ordinal));
    }

    /// <summary>Its exit code and the one line that it wrote.</summary>
    private static async Task<(int Code, string Line)> RefusedAsync(ServerProcess server)
    {
        server.Launch();
        var code = await server.Process.Exited.WaitAsync(Patience);
        await server.Process.OutputEnded.WaitAsync(Patience);
        return (code, Assert.Single(server.Output.Lines, line => line.Length > 0));
    }
}
