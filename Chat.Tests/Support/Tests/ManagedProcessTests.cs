namespace Chat.Tests.Support.Tests;

public sealed class ManagedProcessTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Exited_OrdinaryEnd_IsTheExitCode()
    {
        await using var process = Shell("echo out; echo err >&2; exit 3");
        Assert.Equal(3, await process.Exited.WaitAsync(Patience));
    }

    [Fact]
    public async Task Output_BothStreams_AreRecorded()
    {
        await using var process = Shell("echo out; echo err >&2; read line; echo got $line");
        await process.Output.WaitForAsync("out", Patience);
        await process.Output.WaitForAsync("err", Patience);
        await process.Input.WriteLineAsync("hello");
        await process.Input.FlushAsync();
        Assert.Equal("got hello", await process.Output.WaitForAsync("got", Patience));
    }

    [Fact]
    public async Task WaitForAsync_OutputEndsWithoutTheLine_Fails()
    {
        await using var process = Shell("echo something");
        await Assert.ThrowsAsync<EndOfStreamException>(() => process.Output.WaitForAsync("something else", Patience));
    }

    [Fact]
    public async Task KillAsync_RunningProcess_EndsWith137()
    {
        await using var process = Shell("echo up; sleep 60");
        await process.Output.WaitForAsync("up", Patience);
        Assert.Equal(137, await process.EndAsync(Signal.Kill));
    }

    [Fact]
    public async Task EndAsync_HandledSignal_EndsWithTheHandlersCode()
    {
        await using var process = Shell("trap 'exit 7' TERM; echo up; while :; do sleep 0.05; done");
        await process.Output.WaitForAsync("up", Patience);
        Assert.Equal(7, await process.EndAsync(Signal.Terminate));
    }

    [Fact]
    public async Task DisposeAsync_ChildrenAndOrphans_EndToo()
    {
        // One child in the group, one that left it (as PostgreSQL's do).
        var process = Shell("sleep 61 & echo child $!; setsid sleep 62 & echo child $!; wait");
        var child = await ChildAsync(process, 0);
        var leaver = await ChildAsync(process, 1);
        await process.DisposeAsync();
        await Eventually.TrueAsync(() => !ProcFs.IsAlive(child) && !ProcFs.IsAlive(leaver), "both children are gone");

        var orphaned = Shell("sleep 63 & echo child $!; wait");
        var orphan = await ChildAsync(orphaned, 0);
        await orphaned.KillAsync();
        Assert.True(ProcFs.IsAlive(orphan));
        await orphaned.DisposeAsync();
        await Eventually.TrueAsync(() => !ProcFs.IsAlive(orphan), "the orphan is gone");
    }

    [Fact]
    public async Task RunAsync_FailingCommand_ThrowsWithItsOutput()
    {
        var command = new ProcessCommand("/bin/sh", ["-c", "echo because; exit 2"]);
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => ManagedProcess.RunAsync(command));
        Assert.Contains("code 2", error.Message);
        Assert.Contains("because", error.Message);
    }

    [Fact]
    public async Task Reaper_TestProcessGone_KillsTreeOrphanAndStoppedAndRemovesFolder()
    {
        var mark = $"reaper-test-{Guid.NewGuid():N}";
        var folder = TestRun.NewFolder("reaped");
        var environment = new Dictionary<string, string?> { [TestRun.MarkVariable] = mark };
        await using var tree = Shell("env -u CHAT_TEST_RUN setsid sleep 64 & echo child $!; wait", environment);
        await using var stopped = Shell("echo up; while :; do sleep 0.05; done", environment);
        await using var unregistered = Shell("echo up; sleep 65", environment);
        await using var stranger = Shell("echo up; sleep 66");
        var child = await ChildAsync(tree, 0);
        await stopped.Output.WaitForAsync("up", Patience);
        await unregistered.Output.WaitForAsync("up", Patience);
        await stranger.Output.WaitForAsync("up", Patience);
        stopped.Signal(Signal.Stop);

        await using var reaper = ManagedProcess.Start(
            new ProcessCommand("/bin/sh", [Repository.PathOf("Chat.Tests", "assets", "reaper.sh"), mark, folder]));
        foreach (var process in (ManagedProcess[])[tree, stopped, stranger])
        {
            await reaper.Input.WriteLineAsync($"{process.Id}");
        }

        reaper.Input.Close();
        Assert.Equal(0, await reaper.Exited.WaitAsync(Patience));
        var codes = await Task.WhenAll(tree.Exited, stopped.Exited, unregistered.Exited).WaitAsync(Patience);
        Assert.Equal([137, 137, 137], codes);
        await Eventually.TrueAsync(() => !ProcFs.IsAlive(child), "the child is gone");
        Assert.False(Directory.Exists(folder));
        Assert.False(stranger.HasExited); // Registered, but started by another run: its id was given away.
    }

    [Fact]
    public async Task ProcFs_TwoChildren_TellsMemoryFilesAndDescent()
    {
        await using var process = Shell("sleep 67 & echo child $!; sleep 68 9</dev/null & echo child $!; wait");
        var plain = await ChildAsync(process, 0);
        var withFile = await ChildAsync(process, 1);
        await Eventually.EqualAsync("sleep 67", () => ProcFs.CommandLine(plain), "the command of the first child");
        await Eventually.EqualAsync("sleep 68", () => ProcFs.CommandLine(withFile), "the command of the second child");
        Assert.InRange(ProcFs.ResidentBytes(plain), 1, 50 << 20);
        // A program that starts has its libraries open for a moment.
        await Eventually.EqualAsync(1, () => ProcFs.OpenFiles(withFile) - ProcFs.OpenFiles(plain), "the difference in open files");
        Assert.Equal([plain, withFile], ProcFs.DescendantsOf(process.Id).Select(p => p.Id).Order());
    }

    private static ManagedProcess Shell(string script, IReadOnlyDictionary<string, string?>? environment = null) =>
        ManagedProcess.Start(new ProcessCommand("/bin/sh", ["-c", script], Environment: environment));

    private static async Task<int> ChildAsync(ManagedProcess process, int index)
    {
        await Eventually.TrueAsync(() => Children().Count() > index, "the child has told its id");
        return int.Parse(Children().ElementAt(index)["child ".Length..]);

        IEnumerable<string> Children() => process.Output.Lines.Where(l => l.StartsWith("child ", StringComparison.Ordinal));
    }
}
