using Chat.Server.Telemetry.Resources;
using Xunit;

namespace Chat.Tests.Telemetry.Resources;

public sealed class MemoryReaderTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("memory").FullName;

    public MemoryReaderTests() => Write("proc/meminfo", "MemTotal:        8000000 kB\nMemFree:  1 kB");

    [Fact]
    public void Read_ControlGroupVersion2_LeavesOutFileCache()
    {
        Write("proc/self/cgroup", "0::/app.slice/chat\n");
        Write("sys/fs/cgroup/app.slice/chat/memory.max", "1000000\n");
        Write("sys/fs/cgroup/app.slice/chat/memory.current", "900000\n");
        Write("sys/fs/cgroup/app.slice/chat/memory.stat", "anon 500000\ninactive_file 300000\nactive_file 5\n");

        Assert.Equal(new MemoryFacts(600_000, 1_000_000), new MemoryReader(_root).Read());
    }

    [Fact]
    public void Read_ControlGroupVersion2WithLimitAtAParent_UsesTheParents()
    {
        Write("proc/self/cgroup", "0::/pod/chat\n");
        Write("sys/fs/cgroup/pod/chat/memory.max", "max\n");
        Write("sys/fs/cgroup/pod/chat/memory.current", "100\n");
        Write("sys/fs/cgroup/pod/memory.max", "2000000\n");
        Write("sys/fs/cgroup/pod/memory.current", "1500000\n");
        Write("sys/fs/cgroup/pod/memory.stat", "inactive_file 500000\n");

        Assert.Equal(new MemoryFacts(1_000_000, 2_000_000), new MemoryReader(_root).Read());
    }

    [Fact]
    public void Read_ControlGroupVersion1InAContainer_FallsBackToItsOwnRoot()
    {
        Write("proc/self/cgroup", "12:cpu,cpuacct:/docker/abc\n7:memory:/docker/abc\n");
        Write("sys/fs/cgroup/memory/memory.limit_in_bytes", "1000000\n");
        Write("sys/fs/cgroup/memory/memory.usage_in_bytes", "850000\n");
        Write("sys/fs/cgroup/memory/memory.stat", "inactive_file 1\ntotal_inactive_file 50000\n");

        Assert.Equal(new MemoryFacts(800_000, 1_000_000), new MemoryReader(_root).Read());
    }

    [Fact]
    public void Read_ControlGroupVersion1WithATighterLimitAtAParent_UsesTheParents()
    {
        Write("proc/self/cgroup", "7:memory:/pod/chat\n");
        Write("sys/fs/cgroup/memory/pod/chat/memory.limit_in_bytes", "4000000\n");
        Write("sys/fs/cgroup/memory/pod/chat/memory.usage_in_bytes", "1000000\n");
        Write("sys/fs/cgroup/memory/pod/memory.limit_in_bytes", "2000000\n");
        Write("sys/fs/cgroup/memory/pod/memory.usage_in_bytes", "1900000\n");
        Write("sys/fs/cgroup/memory/pod/memory.stat", "inactive_file 1\ntotal_inactive_file 100000\n");

        Assert.Equal(new MemoryFacts(1_800_000, 2_000_000), new MemoryReader(_root).Read());
    }

    [Theory]
    [InlineData("9223372036854771712")]
    [InlineData("9999999999")]
    public void Read_LimitAboveTheMachine_IsNoLimit(string limit)
    {
        Write("proc/self/cgroup", "7:memory:/\n");
        Write("sys/fs/cgroup/memory/memory.limit_in_bytes", limit);
        Write("sys/fs/cgroup/memory/memory.usage_in_bytes", "850000\n");

        Assert.Equal(new MemoryFacts(null, 8_000_000L * 1024), new MemoryReader(_root).Read());
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private void Write(string file, string text)
    {
        var path = Path.Combine(_root, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
