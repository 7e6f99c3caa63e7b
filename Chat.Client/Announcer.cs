using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Chat.Client;

/// <summary>
/// Raises the application's events one after the other away from the connection, so that a slow or throwing listener holds
/// up neither. Of what piles up behind a stuck listener the oldest is dropped.
/// </summary>
internal sealed partial class Announcer
{
    private readonly ILogger _logger;
    private readonly Channel<Action> _announcements = Channel.CreateBounded<Action>(
        new BoundedChannelOptions(4096) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    public Announcer(ILogger logger)
    {
        _logger = logger;
        Completion = Task.Run(RunAsync);
    }

    /// <summary>Done when everything that was announced before <see cref="Complete"/> was raised.</summary>
    public Task Completion { get; }

    /// <param name="listeners">Asked when it is raised; each is called, also when another one throws.</param>
    /// <param name="value">What they are told.</param>
    public void Announce<T>(Func<Action<T>?> listeners, T value) => _announcements.Writer.TryWrite(() =>
    {
        foreach (var listener in Delegate.EnumerateInvocationList(listeners()))
        {
            Raise(listener, value);
        }
    });

    public void Complete() => _announcements.Writer.TryComplete();

    private async Task RunAsync()
    {
        await foreach (var raise in _announcements.Reader.ReadAllAsync())
        {
            raise();
        }
    }

    private void Raise<T>(Action<T> listener, T value)
    {
        try
        {
            listener(value);
        }
        catch (Exception e)
        {
            Log.ListenerFailed(_logger, e);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(5040, LogLevel.Error, "A listener of the application failed", EventName = "ListenerFailed")]
        public static partial void ListenerFailed(ILogger logger, Exception exception);
    }
}
