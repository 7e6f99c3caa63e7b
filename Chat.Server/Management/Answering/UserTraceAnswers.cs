using Chat.Contracts.Management;
using Chat.Server.Delivery.Traces;
using Chat.Server.Management.Api;
using Chat.Server.Management.Asking;

namespace Chat.Server.Management.Answering;

/// <summary>Begins, ends and tells traces of users in this process.</summary>
internal sealed class UserTraceAnswers(UserTraces traces, TimeProvider time)
{
    internal const int MostSteps = 500;

    public Task<Reply<UserTraceStarted>> StartAsync(UserTraceOrder order, CancellationToken timeUp) =>
        Done(new UserTraceStarted(traces.Start(order.Id, order.User, order.By, TimeSpan.FromSeconds(order.Seconds))));

    public Task<Reply<UserTraceEnded>> StopAsync(UserQuestion question, CancellationToken timeUp) => Done(new UserTraceEnded(traces.Stop(question.User)));

    public Task<Reply<UserTraceFound>> ReadAsync(UserQuestion question, CancellationToken timeUp)
    {
        if (traces.Find(question.User) is not { } run)
        {
            return Done(new UserTraceFound(null, "", Running: false, default, default, [], 0));
        }

        var (notes, before) = run.Latest(MostSteps);
        var began = At(run.StartedAt);
        return Done(new UserTraceFound(run.Id, run.By, run.EndedAt is null, began, run.EndedAt is { } ended ? At(ended) : began + run.Length, [.. notes.Select(Step)], before));
    }

    private UserTraceStep Step(TraceNote note) => new()
    {
        At = At(note.Timestamp),
        What = note.Kind switch
        {
            TracedKind.Connected => "connected",
            TracedKind.Disconnected => "disconnected",
            TracedKind.Called => "called",
            TracedKind.Pushed => "pushed",
            TracedKind.PushedAgain => "pushed-again",
            _ => "acknowledged",
        },
        Device = note.Device,
        Connection = note.Connection,
        Call = note.Call,
        Code = note.Code,
        Milliseconds = note.Milliseconds is { } spent ? Math.Round(spent, 1) : null,
        Conversation = note.Conversation,
        First = note.First,
        Last = note.Last,
        Message = note.Message,
    };

    private DateTimeOffset At(long timestamp) => time.GetUtcNow() - time.GetElapsedTime(timestamp);

    private static Task<Reply<T>> Done<T>(T answer) => Task.FromResult<Reply<T>>(answer);
}
