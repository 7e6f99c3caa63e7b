using Chat.Server.Failpoints;
using Chat.Server.Realtime.Spool;
using Chat.Server.Storage.Writing;

namespace Chat.Server.Realtime;

/// <summary>Brings records of a spool to their end: stored, found to be stored, or refused for good. In order, whatever fails in between.</summary>
internal sealed partial class SpoolStore(OwnSpool spool, LogWriter writer, RealtimeMeter meter, ILogger<SpoolStore> logger)
{
    /// <summary>What fails so often in a row, with storage there, would fail for ever and hold up all behind it.</summary>
    private const int MostRounds = 10;

    private int _failedRounds;

    /// <summary>Nothing will change by asking again.</summary>
    public static bool IsFinal(AppendOutcome outcome) => outcome is not (AppendWithdrawn
        or AppendRefused { Reason: AppendRefusal.StorageUnavailable or AppendRefusal.Overloaded or AppendRefusal.Draining or AppendRefusal.Internal });

    /// <summary>How many, from the front, have come to their end.</summary>
    public async Task<int> StoreAsync(List<SpoolBatchItem> items, CancellationToken stop)
    {
        var outcomes = new AppendOutcome?[items.Count];
        var open = new List<Append>(items.Count);
        for (var i = 0; i < items.Count; i++)
        {
            // What this process's writer was storing when it was spooled is not given to it a second time before that has ended.
            // That the conversation is locked was said to a send without a receipt, and this one has one.
            if (spool.Find(items[i].Append)?.Watch is { HasBegun: true } watch && await watch.End.WaitAsync(stop) is var end && IsFinal(end) && end != AppendRefused.Locked)
            {
                outcomes[i] = end;
                continue;
            }

            open.Add(items[i].Append);
        }

        Submit(open);
        var done = 0;
        while (done < items.Count && IsFinal(outcomes[done] ??= await EndOf(items[done].Append).WaitAsync(stop)))
        {
            done++;
        }

        _failedRounds = done == 0 && outcomes[0] is AppendRefused { Reason: AppendRefusal.Internal } ? _failedRounds + 1 : 0;
        if (_failedRounds >= MostRounds)
        {
            (_failedRounds, done) = (0, 1);
        }

        CrashPoints.Pass(CrashPoints.BeforeTruncation);
        Count(outcomes.AsSpan(0, done));
        return done;
    }

    private void Submit(List<Append> appends)
    {
        for (var i = 0; i < appends.Count; i++)
        {
            var behind = i + 1;
            appends[i].Watch = new AppendWatch(outcome => Told(outcome, appends, behind));
        }

        appends.ForEach(a => writer.Submit(a));
    }

    /// <summary>One that failed must not be overtaken: those behind it are taken back before the writer comes to them.</summary>
    private void Told(AppendOutcome outcome, List<Append> appends, int behind)
    {
        if (IsFinal(outcome) || outcome is AppendWithdrawn)
        {
            return;
        }

        for (var i = behind; i < appends.Count; i++)
        {
            appends[i].Complete(AppendWithdrawn.Instance);
        }
    }

    /// <summary>Taken back while the writer was storing it: how that ended.</summary>
    private static async Task<AppendOutcome> EndOf(Append append) =>
        await append.Outcome is AppendWithdrawn && append.Watch is { HasBegun: true } watch ? await watch.End : append.Outcome.Result;

    private void Count(ReadOnlySpan<AppendOutcome?> outcomes)
    {
        var stored = 0;
        foreach (var outcome in outcomes)
        {
            if (outcome is AppendRefused refused)
            {
                // Its sender had lost the right meanwhile, or used the id for something else before.
                Log.SetAside(logger, refused.Reason);
                meter.Refused(1, refused.Reason.ToString());
            }
            else
            {
                stored++;
            }
        }

        meter.Drained(stored);
    }

    private static partial class Log
    {
        [LoggerMessage(1403, LogLevel.Warning, "Storage refuses a spooled send for good ({Reason}); it was delivered to who was online and is not in the log", EventName = "SpooledRefused")]
        public static partial void SetAside(ILogger logger, AppendRefusal reason);
    }
}
