using System.Threading.Channels;

namespace Chat.Server.Management.Live;

/// <summary>
/// One who watches. Transitions wait in a bounded queue; of snapshots only the latest waits, for an older one says nothing that it does not.
/// </summary>
internal sealed class LiveViewer
{
    private const int MostTransitions = 256;

    private readonly Channel<byte[]> _transitions = Channel.CreateBounded<byte[]>(MostTransitions);
    private readonly SemaphoreSlim _news = new(0, 1);
    private byte[]? _snapshot;

    public void Show(byte[] snapshot)
    {
        Volatile.Write(ref _snapshot, snapshot);
        Wake();
    }

    /// <summary>Too many wait: it is cut, and begins anew with a snapshot when it comes back.</summary>
    public void Tell(byte[] transition)
    {
        if (!_transitions.Writer.TryWrite(transition))
        {
            _transitions.Writer.TryComplete();
        }

        Wake();
    }

    /// <summary>The next to write; null when it was cut.</summary>
    public async ValueTask<byte[]?> NextAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_transitions.Reader.TryRead(out var transition))
            {
                return transition;
            }

            if (_transitions.Reader.Completion.IsCompleted)
            {
                return null;
            }

            if (Interlocked.Exchange(ref _snapshot, null) is { } snapshot)
            {
                return snapshot;
            }

            await _news.WaitAsync(cancellationToken);
        }
    }

    private void Wake()
    {
        try
        {
            _news.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is already being woken.
        }
    }
}
