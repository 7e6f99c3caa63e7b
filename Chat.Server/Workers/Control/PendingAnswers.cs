using System.Collections.Concurrent;
using Chat.Server.Workers.Ports;

namespace Chat.Server.Workers.Control;

/// <summary>Questions under way to one worker.</summary>
internal sealed class PendingAnswers
{
    private readonly ConcurrentDictionary<long, TaskCompletionSource<WorkerAnswer>> _waiting = new();
    private long _number;
    private volatile string? _abandoned;

    public async Task<WorkerAnswer> AskAsync(Func<long, bool> send, CancellationToken cancellationToken)
    {
        var number = Interlocked.Increment(ref _number);
        var answer = new TaskCompletionSource<WorkerAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting[number] = answer;
        try
        {
            // Looked at after the entry was made: whoever abandons now either sees the entry or is seen here.
            if (_abandoned is { } reason)
            {
                return WorkerAnswer.Failed(reason);
            }

            return send(number) ? await answer.Task.WaitAsync(cancellationToken) : WorkerAnswer.Failed("The worker cannot be reached.");
        }
        finally
        {
            _waiting.TryRemove(number, out _);
        }
    }

    public void Settle(Answer answer)
    {
        if (_waiting.TryGetValue(answer.Number, out var waiting))
        {
            waiting.TrySetResult(new(answer.Body, answer.Problem));
        }
    }

    public void Abandon(string reason)
    {
        _abandoned = reason;
        foreach (var waiting in _waiting.Values)
        {
            waiting.TrySetResult(WorkerAnswer.Failed(reason));
        }
    }
}
