using System.Data.Common;
using Chat.Server.Failpoints;
using Chat.Server.Storage.Conversations;
using Chat.Server.Storage.Dialects;
using Chat.Server.Storage.Model;
using Microsoft.Extensions.Options;

namespace Chat.Server.Storage.Writing;

/// <summary>
/// Brings a batch to an end, whatever fails: transient faults are repeated, duplicates and a single bad append are taken out,
/// a commit without a reply is looked up before anything is written again. Every append is answered exactly once.
/// </summary>
internal sealed partial class BatchCommitter(
    WriterContexts contexts,
    IStorageDialect dialect,
    RememberedFacts remembered,
    RealtimeBook realtime,
    StorageBreaker breaker,
    IEnumerable<ICommitObserver> observers,
    WriterMeter meter,
    IOptions<StorageOptions> options,
    TimeProvider time,
    ILogger<BatchCommitter> logger)
{
    private readonly ICommitObserver[] _observers = [.. observers];

    public async Task CommitAsync(IReadOnlyList<Append> batch, CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        var failed = false;
        IReadOnlyList<Append> remaining = batch;
        while (remaining.Count > 0)
        {
            var (unique, repeats) = SplitRepeats(remaining);
            failed |= !await CommitUniqueAsync(unique, cancellation);
            remaining = await AnswerRepeatsAsync(repeats);
        }

        meter.Persisted(batch.Count, time.GetElapsedTime(started), failed);
    }

    /// <returns>False when storage did not take one of them through a fault of its own.</returns>
    private async Task<bool> CommitUniqueAsync(IReadOnlyList<Append> appends, CancellationToken cancellation)
    {
        // What an attempt whose commit got no reply was about to store.
        Dictionary<Append, LogEvent>? assigned = null;
        var halfFailed = false;
        for (var attempt = 0; appends.Count > 0;)
        {
            // Here, and not where the batch is taken: the first half of a batch may have been refused just now.
            appends = TakenAlong.TakeOut(appends, meter);
            var started = time.GetTimestamp();
            var transaction = new BatchTransaction(
                contexts, dialect, remembered, realtime, time.GetUtcNow().ToUnixTimeMilliseconds(), options.Value.MaxMembers, appends);
            try
            {
                var present = await transaction.RunAsync(resolve: assigned is not null, cancellation);
                await AnswerPresentAsync(present, assigned);
                await AnswerPlanAsync(transaction.Plan!, cancellation);
                return !halfFailed;
            }
            catch (Exception e) when (e is not OperationCanceledException || !cancellation.IsCancellationRequested)
            {
                var fault = StorageFaults.Classify(e);
                remembered.Forget(appends);
                if (transaction.Phase == TransactionPhase.Committing && fault is not (StorageFault.Conflict or StorageFault.Unique or StorageFault.Data))
                {
                    assigned = transaction.Plan!.Rows.ToDictionary(r => r.Append, r => r.Event);
                    Array.ForEach(_observers, observer => observer.InDoubt(assigned.Values));
                    Log.CommitUnknown(logger, appends.Count, fault);
                }

                switch (fault)
                {
                    case StorageFault.Unique:
                        appends = await TakeOutDuplicatesAsync(appends, attempt++, cancellation);
                        break;
                    case StorageFault.Data or StorageFault.Unknown when appends.Count > 1:
                        halfFailed |= !await CommitUniqueAsync([.. appends.Take(appends.Count / 2)], cancellation);
                        appends = [.. appends.Skip(appends.Count / 2)];
                        break;
                    case StorageFault.Data:
                        Log.BadAppend(logger, e.GetType().Name);
                        AnswerAll(appends, AppendRefused.Invalid);
                        return !halfFailed;
                    case StorageFault.Conflict or StorageFault.Connection when attempt < RetryBackoff.Attempts && breaker.IsClosed:
                        await Task.Delay(RetryBackoff.Delay(attempt++, Random.Shared.NextDouble()), time, cancellation);
                        break;
                    case StorageFault.Conflict or StorageFault.Connection or StorageFault.Timeout or StorageFault.Resources:
                        if (fault != StorageFault.Conflict)
                        {
                            // Bad luck with conflicts is this batch's alone: storage answers.
                            breaker.ReportOutage(e, started);
                        }

                        AnswerAll(appends, new AppendRefused(AppendRefusal.StorageUnavailable, options.Value.RetryAfter));
                        return false;
                    default:
                        Log.BatchFailed(logger, e);
                        AnswerAll(appends, AppendRefused.Internal);
                        return false;
                }
            }
        }

        return !halfFailed;
    }

    /// <summary>The first of each (id, sender) goes on; what repeats it within the batch waits for its outcome.</summary>
    private static (List<Append> Unique, List<(Append Repeat, Append First)> Repeats) SplitRepeats(IReadOnlyList<Append> batch)
    {
        var unique = new List<Append>(batch.Count);
        var repeats = new List<(Append, Append)>();
        var firsts = new Dictionary<(string, string), Append>(batch.Count);
        foreach (var append in batch)
        {
            if (firsts.TryAdd((append.Id, append.Sender), append) || TestSwitches.SkipDeduplication)
            {
                unique.Add(append);
            }
            else
            {
                repeats.Add((append, firsts[(append.Id, append.Sender)]));
            }
        }

        return (unique, repeats);
    }

    /// <summary>Returns the repeats that must be judged on their own, because what they repeat was refused for another content.</summary>
    private static async Task<IReadOnlyList<Append>> AnswerRepeatsAsync(List<(Append Repeat, Append First)> repeats)
    {
        var open = new List<Append>();
        foreach (var (repeat, first) in repeats)
        {
            var outcome = await first.End;
            var same = first.Hash.AsSpan().SequenceEqual(repeat.Hash);
            switch (outcome)
            {
                case AppendStored stored:
                    repeat.Complete(same ? stored with { Duplicate = true } : AppendRefused.IdConflict);
                    break;
                case AppendRefused { Reason: AppendRefusal.StorageUnavailable }:
                    repeat.Complete(outcome);
                    break;
                default:
                    // What has a receipt already is not refused with a repeat that has none.
                    if (same && !(outcome == AppendRefused.Locked && repeat.AcceptedAt is not null))
                    {
                        repeat.Complete(outcome);
                    }
                    else
                    {
                        open.Add(repeat);
                    }

                    break;
            }
        }

        return open;
    }

    private async Task<IReadOnlyList<Append>> TakeOutDuplicatesAsync(IReadOnlyList<Append> appends, int attempt, CancellationToken cancellation)
    {
        Dictionary<Append, OutboxRow> existing;
        try
        {
            await using var db = await contexts.CreateAsync(cancellation);
            existing = await ExistingEvents.FindAsync(db, appends, cancellation);
        }
        catch (Exception e) when (StorageFaults.Classify(e) is not StorageFault.Unknown)
        {
            // Storage went away in between: the next attempt meets the same fault and treats it as such.
            return appends;
        }

        if (existing.Count == 0 && attempt >= RetryBackoff.Attempts)
        {
            // The clash is with nothing that can be found: give up on these rather than loop.
            Log.UnexplainedClash(logger, appends.Count);
            AnswerAll(appends, AppendRefused.Internal);
            return [];
        }

        await AnswerPresentAsync(existing, assigned: null);
        meter.Duplicates(existing.Count);
        return [.. appends.Where(a => !existing.ContainsKey(a))];
    }

    /// <param name="assigned">Found under the seq that an earlier attempt had given it, the row is that attempt's and this process's to publish.</param>
    private async Task AnswerPresentAsync(Dictionary<Append, OutboxRow> present, Dictionary<Append, LogEvent>? assigned)
    {
        List<LogEvent>? own = null;
        foreach (var (append, row) in present)
        {
            var isOwn = assigned is not null
                && assigned.TryGetValue(append, out var e)
                && e.Seq == row.Seq
                && row.ConversationId == append.Conversation;
            if (isOwn)
            {
                (own ??= []).Add(assigned![append]);
            }

            append.Complete(append.Hash.AsSpan().SequenceEqual(row.Hash)
                ? new AppendStored(row.Seq, row.Epoch, row.At, Duplicate: !isOwn)
                : AppendRefused.IdConflict);
        }

        if (own is not null)
        {
            own.Sort((x, y) => x.Seq.CompareTo(y.Seq));
            meter.Accepted(own, realtime);
            await PublishAsync(own);
        }
    }

    private async ValueTask PublishAsync(IReadOnlyList<LogEvent> events)
    {
        foreach (var observer in _observers)
        {
            await observer.CommittedAsync(events);
        }
    }

    private async Task AnswerPlanAsync(BatchPlan plan, CancellationToken cancellation)
    {
        if (plan.Rows.Count > 0)
        {
            var events = new LogEvent[plan.Rows.Count];
            for (var i = 0; i < events.Length; i++)
            {
                events[i] = plan.Rows[i].Event;
            }

            AnswerRun.Start(plan.Rows);
            meter.Accepted(events, realtime);
            await PublishAsync(events);
        }

        var refused = new List<(Append Append, AppendOutcome Outcome)>();
        foreach (var answer in plan.Answers)
        {
            if (answer.Outcome is AppendRefused)
            {
                refused.Add(answer);
            }
            else
            {
                answer.Append.Complete(answer.Outcome);
            }
        }

        if (refused.Count > 0)
        {
            await AnswerRefusedAsync(refused, cancellation);
        }
    }

    /// <summary>A repeat gets the first receipt also when the sender has lost the right since: look before refusing.</summary>
    private async Task AnswerRefusedAsync(List<(Append Append, AppendOutcome Outcome)> refused, CancellationToken cancellation)
    {
        Dictionary<Append, OutboxRow> existing = [];
        try
        {
            await using var db = await contexts.CreateAsync(cancellation);
            existing = await ExistingEvents.FindAsync(db, [.. refused.Select(r => r.Append)], cancellation);
        }
        catch (Exception e) when (e is DbException or TimeoutException or InvalidOperationException || StorageFaults.IsOfDriver(e))
        {
            // Rights could not be told from a repeat: storage went away in between, which is never a refusal.
            AnswerAll([.. refused.Select(r => r.Append)], new AppendRefused(AppendRefusal.StorageUnavailable, options.Value.RetryAfter));
        }

        await AnswerPresentAsync(existing, assigned: null);
        foreach (var (append, outcome) in refused)
        {
            append.Complete(outcome);
        }
    }

    private void AnswerAll(IReadOnlyList<Append> appends, AppendRefused refusal) => meter.Refuse(appends, refusal);

    private static partial class Log
    {
        [LoggerMessage(1010, LogLevel.Warning, "The reply to a commit of {Count} appends was lost ({Fault}); looking them up by id", EventName = "CommitUnknown")]
        public static partial void CommitUnknown(ILogger logger, int count, StorageFault fault);

        [LoggerMessage(1011, LogLevel.Warning, "The database refuses the data of one append ({Exception})", EventName = "BadAppend")]
        public static partial void BadAppend(ILogger logger, string exception);

        [LoggerMessage(1012, LogLevel.Error, "A batch failed unexpectedly", EventName = "BatchFailed")]
        public static partial void BatchFailed(ILogger logger, Exception exception);

        [LoggerMessage(1013, LogLevel.Error, "{Count} appends clash with rows that cannot be found", EventName = "UnexplainedClash")]
        public static partial void UnexplainedClash(ILogger logger, int count);
    }
}
