using Chat.Contracts.Management;
using Chat.Server.Management.Stacks;
using Chat.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace Chat.Tests.Management.Stacks;

/// <summary>One process at a time, never for long, and whatever happens it is told.</summary>
public sealed class StackDeskTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly FaultyReader _reader = new();
    private readonly StackDesk _desk;

    public StackDeskTests() => _desk = new(_reader, _time, NullLogger<StackDesk>.Instance);

    [Fact]
    public async Task Taken_AreKeptUntilTheNext()
    {
        Assert.Equal((null, false), (_desk.Of("w1").At, _desk.Of("w1").Running));
        Assert.True(_desk.TryBegin("w1", 7));
        Assert.True(_desk.Of("w1").Running);
        Assert.False(_desk.Of("w2").Running);
        Assert.False(_desk.TryBegin("w2", 8));
        Assert.False(_desk.TryBegin("w1", 7));

        await _reader.Asked.Task.WaitAsync(Eventually.Patience);
        _time.Advance(TimeSpan.FromSeconds(0.5));
        _reader.Answer.SetResult([new(2, true, ["A()"]), new(1, false, [])]);
        await _desk.Taken;
        var taken = _desk.Of("w1");
        Assert.Equal((false, 7, 3, 500d, null), (taken.Running, taken.Pid, taken.Threads, taken.Milliseconds, taken.Problem));

        _reader.Answer = new();
        Assert.True(_desk.TryBegin("w2", 8));
        Assert.Equal(3, _desk.Of("w1").Threads);
        _reader.Answer.SetResult([]);
        await _desk.Taken;
        Assert.Equal(0, _desk.Of("w2").Threads);
    }

    [Fact]
    public async Task TakesTooLong_IsGivenUpBeforeTheSupervisorWouldKillTheProcess()
    {
        Assert.True(StackDesk.Longest < new Server.Workers.WorkersOptions().KillAfter);
        Assert.True(_desk.TryBegin("w1", 7));
        await _reader.Asked.Task.WaitAsync(Eventually.Patience);
        _time.Advance(StackDesk.Longest);
        await _desk.Taken.WaitAsync(Eventually.Patience);
        Assert.Contains("given up", _desk.Of("w1").Problem, StringComparison.Ordinal);
        _reader.Answer.SetResult([]);
        Assert.True(_desk.TryBegin("w1", 7));
        await _desk.Taken.WaitAsync(Eventually.Patience);
        Assert.Null(_desk.Of("w1").Problem);
    }

    [Theory]
    [InlineData(true, "ptrace(ATTACH, 7) FAILED")]
    [InlineData(false, "Something unexpected happened; the log tells what.")]
    public async Task Fails_IsToldAndTheNextIsTaken(bool expected, string told)
    {
        _reader.Answer.SetException(expected ? new StacksFailedException(told) : new InvalidOperationException("secret"));
        Assert.True(_desk.TryBegin("w1", 7));
        await _desk.Taken;
        Assert.Equal((told, 0), (_desk.Of("w1").Problem, _desk.Of("w1").Threads));
        Assert.True(_desk.TryBegin("w1", 7));
        await _desk.Taken;
    }

    /// <summary>Answers as a test says, or not at all.</summary>
    private sealed class FaultyReader : IStackReader
    {
        public TaskCompletionSource Asked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource<IReadOnlyList<StackView>> Answer { get; set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string? Hindrance => null;

        public Task<IReadOnlyList<StackView>> ReadAsync(int pid, CancellationToken cancellationToken)
        {
            Asked.TrySetResult();
            return Answer.Task.WaitAsync(cancellationToken);
        }
    }
}
