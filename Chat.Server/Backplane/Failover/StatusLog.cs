using Chat.Server.Workers.Ports;

namespace Chat.Server.Backplane.Failover;

/// <summary>
/// Tells the log, and the node's journal, about changes, one line a second at most however the link flaps, and one in ten where only the reason is
/// another. What falls into that time is not lost: the state that lasts is told when it is over.
/// </summary>
internal sealed partial class StatusLog(ILogger logger, IWorkerJournal? journal, TimeProvider time)
{
    private const string JournalKind = "backplane";
    private static readonly TimeSpan Apart = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ReasonsApart = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan TimeToConnect = TimeSpan.FromSeconds(2);

    private readonly long _start = time.GetTimestamp();

    private (BackplaneMode Mode, string? Reason)? _told;
    private long? _lastLine;

    public void Tell(BackplaneStatus status)
    {
        // Not being configured is no news; neither is the reason changing while Redis is in use, nor a start that takes a moment.
        var known = _told?.Mode == status.Mode && (status.Mode == BackplaneMode.Redis || _told?.Reason == status.Reason);
        var connecting = _told is null && status.Mode != BackplaneMode.Redis && time.GetElapsedTime(_start) < TimeToConnect;
        if (!status.RedisConfigured || known || connecting || !MayWrite(_told?.Mode == status.Mode ? ReasonsApart : Apart))
        {
            return;
        }

        _told = (status.Mode, status.Reason);
        if (status.Mode == BackplaneMode.Redis)
        {
            Log.InUse(logger);
            journal?.Report(JournalKind, "Redis is in use.");
        }
        else
        {
            Log.NotInUse(logger, status.Reason, BackplaneMetrics.Name(status.Mode));
            journal?.Report(JournalKind, $"Redis is not in use ({status.Reason}); the mode is {BackplaneMetrics.Name(status.Mode)}.");
        }
    }

    public void RestoreFailed(Exception failure)
    {
        if (MayWrite(Apart))
        {
            Log.RestoreFailed(logger, failure.GetType().Name);
        }
    }

    public void TickFailed(Exception failure)
    {
        if (MayWrite(Apart))
        {
            Log.TickFailed(logger, failure);
        }
    }

    private bool MayWrite(TimeSpan apart)
    {
        if (_lastLine is { } last && time.GetElapsedTime(last) < apart)
        {
            return false;
        }

        _lastLine = time.GetTimestamp();
        return true;
    }

    private static partial class Log
    {
        [LoggerMessage(2010, LogLevel.Information, "Redis is in use.")]
        public static partial void InUse(ILogger logger);

        [LoggerMessage(2011, LogLevel.Warning, "Redis is not in use ({Reason}); the mode is {Mode}.")]
        public static partial void NotInUse(ILogger logger, string? reason, string mode);

        [LoggerMessage(2012, LogLevel.Warning, "What was missed while Redis was away could not be read ({Failure}); trying again.")]
        public static partial void RestoreFailed(ILogger logger, string failure);

        [LoggerMessage(2013, LogLevel.Error, "The watch over Redis failed once.")]
        public static partial void TickFailed(ILogger logger, Exception e);
    }
}
