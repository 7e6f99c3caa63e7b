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

    public void Announce(Action raise) => _announcements.Writer.TryWrite(raise);

    public void Complete() => _announcements.Writer.TryComplete();

    private async Task RunAsync()
    {
        await foreach (var raise in _announcements.Reader.ReadAllAsync())
        {
            try
            {
                raise();
            }
            catch (Exception e)
            {
                Log.ListenerFailed(_logger, e);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(5040, LogLevel.Error, "A listener of the application failed", EventName = "ListenerFailed")]
        public static partial void ListenerFailed(ILogger logger, Exception exception);
    }
}
