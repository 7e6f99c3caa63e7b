using Chat.Server.Storage.Signals;

namespace Chat.Server.Delivery.Nodes;

/// <summary>Hears other nodes ring and wakes the follower. Listens in every mode: a node that lost Redis alone has no other way to be heard at once.</summary>
internal sealed partial class CommitListener(
    ICommitSignal signal, CommitBell bell, CommitFollower follower, TimeProvider time, ILogger<CommitListener> logger) : BackgroundService
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MostPause = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        var pause = FirstPause;
        var complained = false;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await signal.ListenAsync(Listening, Heard, stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // An outage is told by who meets it first; here only that journals are polled meanwhile.
                if (!complained)
                {
                    Log.NotListening(logger, e.GetType().Name);
                    complained = true;
                }

                await Task.Delay(pause, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                pause = pause * 2 < MostPause ? pause * 2 : MostPause;
            }
        }

        void Listening()
        {
            (pause, complained) = (FirstPause, false);
            // Whatever rang before was not heard.
            follower.Wake();
        }

        void Heard(string word)
        {
            if (bell.Concerns(word))
            {
                follower.Wake();
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1232, LogLevel.Warning, "Signals of the database are not heard ({Exception}); commits of other nodes are found by polling, and listening is tried again", EventName = "NotListening")]
        public static partial void NotListening(ILogger logger, string exception);
    }
}
