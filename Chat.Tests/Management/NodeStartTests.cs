using Chat.Server.Management.Views;
using Chat.Server.Workers;
using Chat.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Chat.Tests.Management;

/// <summary>A start of the node is told from a deployment by the build that ran on the same data before.</summary>
public sealed class NodeStartTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly string _folder = Path.Combine(TestRun.NewFolder("start"), "data");

    [Fact]
    public async Task Start_FirstAndAgain_IsAStart()
    {
        Assert.Equal("start", (await StartAsync()).Kind);
        _time.Advance(TimeSpan.FromMinutes(5));
        var again = await StartAsync();
        Assert.Equal(("start", _time.GetUtcNow(), NodeIdentity.Name), (again.Kind, again.At, again.Target));
        Assert.Equal($"the node started, version {NodeIdentity.Build}", again.Text);
    }

    [Fact]
    public async Task Start_AfterAnotherBuild_IsADeploymentOnce()
    {
        Directory.CreateDirectory(_folder);
        await File.WriteAllTextAsync(Path.Combine(_folder, "server.build"), "0.0.1+abcdef0\n");
        var deployed = await StartAsync();
        Assert.Equal("deploy", deployed.Kind);
        Assert.Equal($"the node started with version {NodeIdentity.Build} after 0.0.1+abcdef0", deployed.Text);
        Assert.Equal("start", (await StartAsync()).Kind);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\u001b[2Jb")]
    public async Task Start_FileSpoiled_IsAStart(string content)
    {
        Directory.CreateDirectory(_folder);
        await File.WriteAllTextAsync(Path.Combine(_folder, "server.build"), content);
        Assert.Equal("start", (await StartAsync()).Kind);
    }

    [Fact]
    public async Task Start_FolderCannotBeWritten_IsAStartAndGoesOn()
    {
        await File.WriteAllTextAsync(_folder, "a file where the folder should be");
        Assert.Equal("start", (await StartAsync()).Kind);
    }

    private async Task<Contracts.Management.NodeEvent> StartAsync()
    {
        var start = new NodeStart(Options.Create(new WorkersOptions { DataFolder = _folder }), _time, NullLogger<NodeStart>.Instance);
        Assert.Empty(start.Events);
        await start.StartAsync(CancellationToken.None);
        return Assert.Single(start.Events);
    }
}
