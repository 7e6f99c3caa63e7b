using Chat.Server.Realtime.Spool;
using Chat.Server.Storage.Writing;

namespace Chat.Server.Realtime;

/// <summary>A send on its way to storage or to the spool, whichever takes it.</summary>
internal sealed class RealtimeSend
{
    private readonly TaskCompletionSource<AppendOutcome> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly WriterMeter _meter;

    public RealtimeSend(Append append, Action<RealtimeSend, AppendOutcome> told, WriterMeter meter, long began)
    {
        Append = append;
        _meter = meter;
        append.Watch = new AppendWatch(outcome => told(this, outcome));
        append.IsForwarded = true;
        Began = began;
    }

    public Append Append { get; }

    public long Began { get; }

    /// <summary>Its place among those that wait for the writer; guarded by the lane.</summary>
    public LinkedListNode<RealtimeSend>? Node { get; set; }

    /// <summary>The writer has it; guarded by the lane.</summary>
    public bool IsSubmitted { get; set; }

    public Task<AppendOutcome> Outcome => _outcome.Task;

    public void Answer(AppendOutcome outcome)
    {
        if (outcome is AppendRefused { IsRetryable: true } refused)
        {
            Append.SendBack(refused);
        }

        // Counted here and not where storage or the spool refuses: the other of them may have taken it.
        if (_outcome.TrySetResult(outcome) && outcome is AppendRefused { Reason: var reason })
        {
            _meter.Refused(1, reason);
        }
    }

    /// <summary>With what the spool says.</summary>
    public void Answer(SpoolOutcome outcome, AppendRefused full, AppendRefused unsaved)
    {
        switch (outcome)
        {
            case SpoolTaken taken:
                _ = AnswerWhenSavedAsync(taken.Entry, unsaved);
                break;
            case SpoolRepeat repeat:
                _ = AnswerWhenSavedAsync(repeat.Entry, unsaved);
                break;
            case SpoolConflict:
                Answer(AppendRefused.IdConflict);
                break;
            default:
                Answer(full);
                break;
        }
    }

    private async Task AnswerWhenSavedAsync(SpoolEntry entry, AppendRefused unsaved) =>
        Answer(!await entry.Saved ? unsaved : entry.Stored ?? (AppendOutcome)new AppendQueued(entry.At));
}
