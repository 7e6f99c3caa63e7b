using Chat.Server.Health;

namespace Chat.Tests.Health;

/// <summary>Answers what the test says; may hang or throw.</summary>
internal sealed class FakeProbe(string name, params string[] tags) : IHealthProbe
{
    private int _calls;

    public string Name { get; } = name;

    public IReadOnlyList<string> Tags { get; } = tags;

    public int Calls => Volatile.Read(ref _calls);

    public Func<CancellationToken, Task<ProbeResult>> Answer { get; set; } = _ => Task.FromResult(ProbeResult.Reached());

    public FakeProbe Answers(ProbeResult result)
    {
        Answer = _ => Task.FromResult(result);
        return this;
    }

    public Task<ProbeResult> CheckAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _calls);
        return Answer(cancellationToken);
    }
}
