using Chat.Server.Workers.Ports;

namespace Chat.Server.Workers.Runtime;

/// <summary>Apart from <see cref="DrainRun"/>, so that the steps of the run may ask it without a circle.</summary>
internal sealed class DrainState : IDrainState, IDisposable
{
    private readonly CancellationTokenSource _draining = new();

    public bool IsDraining => _draining.IsCancellationRequested;

    public CancellationToken Draining => _draining.Token;

    /// <summary>When it will be over at the latest; null before it began.</summary>
    public DateTimeOffset? Deadline { get; private set; }

    public Task BeginAsync(DateTimeOffset deadline)
    {
        Deadline = deadline;
        return _draining.CancelAsync();
    }

    public void Dispose() => _draining.Dispose();
}
