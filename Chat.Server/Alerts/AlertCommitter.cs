using Chat.Server.Alerts.Channels;

namespace Chat.Server.Alerts;

/// <summary>
/// Saves the state, then lets the channels send: a page that was sent is a page that is remembered. A disk that hangs
/// holds a page up for a second, not for ever.
/// </summary>
internal sealed class AlertCommitter(AlertStateFile file, ChannelSet channels, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _submitted = new(0, 1);
    private byte[]? _latest;
    private Task _saving = Task.CompletedTask;

    /// <summary>The state as it is at the end, after the channels have stopped; null when there is none to save.</summary>
    public Func<byte[]?>? Final { get; set; }

    /// <summary>Only the latest state counts; one that was not written yet is replaced.</summary>
    public void Submit(byte[] state)
    {
        Volatile.Write(ref _latest, state);
        try
        {
            _submitted.Release();
        }
        catch (SemaphoreFullException)
        {
            // The loop is already on its way to it.
        }
    }

    /// <summary>What was sent in the last second must be remembered too, or it would be sent again.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (_saving.IsCompleted && Final?.Invoke() is { } state)
        {
            file.Save(state);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await _submitted.WaitAsync(stoppingToken);
            await StepAsync(stoppingToken);
        }
    }

    internal async Task StepAsync(CancellationToken cancellationToken)
    {
        // While an earlier write hangs the state stays where it is, and is taken along by the next one.
        if (_saving.IsCompleted && Interlocked.Exchange(ref _latest, null) is { } state)
        {
            _saving = Task.Run(() => file.Save(state), CancellationToken.None);
            using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(_saving, Task.Delay(Patience, time, enough.Token));
            await enough.CancelAsync();
        }

        channels.Wake();
    }
}
