using System.Threading.Channels;
using Microsoft.Extensions.Options;

namespace Chat.Server.Presence;

/// <summary>
/// Who is there, on any node: another node that has a user counts like a connection. One that comes or goes only touches the
/// table; telling others waits its turn behind, one at a time, so that a storm of reconnects is not also a storm of queries.
/// </summary>
internal sealed partial class PresenceService : BackgroundService
{
    private readonly Lock _lock = new();
    private readonly PresenceTable _table;
    private readonly LocalUsers _local;
    private readonly IPresenceAudience _audience;
    private readonly TimeProvider _time;
    private readonly ILogger<PresenceService> _logger;
    private readonly Channel<(string User, PresenceState State)> _changes;
    private readonly ITimer _timer;

    public PresenceService(
        IPresenceAudience audience, LocalUsers local, IOptions<PresenceOptions> options, TimeProvider time, ILogger<PresenceService> logger)
    {
        _audience = audience;
        _local = local;
        _time = time;
        _logger = logger;
        _table = new PresenceTable((long)(options.Value.Grace.TotalSeconds * time.TimestampFrequency));
        _changes = Channel.CreateBounded<(string, PresenceState)>(
            new BoundedChannelOptions(options.Value.QueueCapacity) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
        _timer = time.CreateTimer(static s => ((PresenceService)s!).Expire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Connected(string user)
    {
        _local.Connect(user);
        lock (_lock)
        {
            if (_table.Connect(user))
            {
                _changes.Writer.TryWrite((user, PresenceState.Online));
            }
        }
    }

    public void Disconnected(string user)
    {
        _local.Disconnect(user);
        Moved([], [user], isNews: true);
    }

    /// <summary>Users have come to another node, or gone from it.</summary>
    /// <param name="isNews">False: those who came were there before, so nobody is told.</param>
    public void Moved(IReadOnlyCollection<string> came, IReadOnlyCollection<string> went, bool isNews)
    {
        lock (_lock)
        {
            foreach (var user in came)
            {
                if (_table.Connect(user) && isNews)
                {
                    _changes.Writer.TryWrite((user, PresenceState.Online));
                }
            }

            var idle = _table.NextDue is null;
            foreach (var user in went)
            {
                _table.Disconnect(user, _time.GetTimestamp());
            }

            if (idle)
            {
                ScheduleLocked();
            }
        }
    }

    public PresenceState StateOf(string user)
    {
        lock (_lock)
        {
            return _table.StateOf(user);
        }
    }

    /// <summary>Users who have lost their last connection, here or on another node, and are within the grace.</summary>
    public string[] Away()
    {
        lock (_lock)
        {
            return _table.Away();
        }
    }

    public override void Dispose()
    {
        _timer.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        await foreach (var (user, state) in _changes.Reader.ReadAllAsync(stop))
        {
            await TellAsync(user, state, stop);
        }
    }

    internal async Task TellAsync(string user, PresenceState state, CancellationToken stop)
    {
        // Who came and went while this waited: only what is still so is news.
        if (StateOf(user) is var now && (state == PresenceState.Online) != (now != PresenceState.Offline))
        {
            return;
        }

        try
        {
            await _audience.TellAsync(user, state, stop);
        }
        catch (Exception e) when (e is not OperationCanceledException || !stop.IsCancellationRequested)
        {
            Log.TellFailed(_logger, e);
        }
    }

    private void Expire()
    {
        lock (_lock)
        {
            foreach (var user in _table.Expire(_time.GetTimestamp()))
            {
                _changes.Writer.TryWrite((user, PresenceState.Offline));
            }

            ScheduleLocked();
        }
    }

    private void ScheduleLocked()
    {
        if (_table.NextDue is { } due)
        {
            var wait = _time.GetElapsedTime(_time.GetTimestamp(), due);
            // Whole milliseconds, as timers count: a fraction less would fire before the time.
            _timer.Change(TimeSpan.FromMilliseconds(Math.Max(0, Math.Ceiling(wait.TotalMilliseconds))), Timeout.InfiniteTimeSpan);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2100, LogLevel.Error, "Telling of a user's presence failed; the next change is told again", EventName = "PresenceTellFailed")]
        public static partial void TellFailed(ILogger logger, Exception exception);
    }
}
