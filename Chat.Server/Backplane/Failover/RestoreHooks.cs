using System.Collections.Concurrent;

namespace Chat.Server.Backplane.Failover;

/// <summary>What must be done before Redis is trusted again.</summary>
internal sealed class RestoreHooks
{
    private readonly ConcurrentDictionary<object, Func<CancellationToken, Task>> _hooks = new();

    public IDisposable Add(Func<CancellationToken, Task> hook)
    {
        var key = new object();
        _hooks[key] = hook;
        return new BackplaneSubscription(Task.CompletedTask, () => _hooks.TryRemove(key, out _));
    }

    public Task RunAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(_hooks.Values.Select(hook => Task.Run(() => hook(cancellationToken), cancellationToken)));
}
