using Chat.Contracts;

namespace Chat.Client.Receiving;

/// <summary>The application's handlers. An event is handled when every one of them returned.</summary>
internal sealed class EventHandlers
{
    private readonly Lock _gate = new();
    private volatile Func<ChatEvent, CancellationToken, Task>[] _handlers = [];

    /// <summary>Raised when there is one more.</summary>
    public event Action? Added;

    public bool IsEmpty => _handlers.Length == 0;

    public IDisposable Add(Func<ChatEvent, CancellationToken, Task> handler)
    {
        lock (_gate)
        {
            _handlers = [.. _handlers, handler];
        }

        Added?.Invoke();
        return new Removal(this, handler);
    }

    public async Task InvokeAsync(ChatEvent e, CancellationToken cancellationToken)
    {
        foreach (var handler in _handlers)
        {
            await handler(e, cancellationToken);
        }
    }

    private sealed class Removal(EventHandlers owner, Func<ChatEvent, CancellationToken, Task> handler) : IDisposable
    {
        private int _done;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _done, 1) != 0)
            {
                return;
            }

            lock (owner._gate)
            {
                var handlers = owner._handlers.ToList();
                handlers.Remove(handler);
                owner._handlers = [.. handlers];
            }
        }
    }
}
