using Chat.Server.Workers.Ports;
using Chat.Server.Workers.Supervision;

namespace Chat.Tests.Workers.Supervision;

public sealed class OomEvidenceTests
{
    [Fact]
    public void CounterFile_Version2_IsTheGroupsOwn() =>
        Assert.Equal("/sys/fs/cgroup/system.slice/chat/memory.events", OomEvidence.CounterFile(["0::/system.slice/chat"], _ => true));

    [Fact]
    public void CounterFile_Version2InAContainer_IsTheMountsRoot() =>
        Assert.Equal("/sys/fs/cgroup/memory.events", OomEvidence.CounterFile(["0::/seen/from/outside"], path => path == "/sys/fs/cgroup/memory.events"));

    [Fact]
    public void CounterFile_Version1_IsThatOfTheMemoryController() =>
        Assert.Equal("/sys/fs/cgroup/memory/chat/memory.oom_control", OomEvidence.CounterFile(["9:name=systemd:/", "4:memory:/chat", "0::/"], _ => true));

    [Fact]
    public void CounterFile_NoneReadable_IsNull() => Assert.Null(OomEvidence.CounterFile(["4:memory:/chat", "garbage"], _ => false));

    [Fact]
    public void Count_BothVersions_ReadTheKills()
    {
        Assert.Equal(3, OomEvidence.Count(["low 0", "oom 9", "oom_kill 3", "oom_group_kill 1"]));
        Assert.Equal(2, OomEvidence.Count(["oom_kill_disable 0", "under_oom 0", "oom_kill 2"]));
        Assert.Equal(0, OomEvidence.Count([]));
    }

    [Fact]
    public void Confessed_OnlyOnStandardError()
    {
        const string text = "Unhandled exception. System.OutOfMemoryException: Exception of type 'System.OutOfMemoryException' was thrown.";
        Assert.True(OomEvidence.Confessed([new(default, IsError: true, text)]));
        Assert.False(OomEvidence.Confessed([new(default, IsError: false, text), new(default, IsError: true, "other")]));
    }

    [Fact]
    public void HasRisen_LivingProcess_HasNot() => Assert.False(OomEvidence.Of(Environment.ProcessId).HasRisen());
}
