using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace Chat.Server.Backplane.Scaleout;

/// <summary>A result that a caller on this node waits for.</summary>
internal abstract class PendingResult(string connectionId, Type type)
{
    public string ConnectionId { get; } = connectionId;

    public Type Type { get; } = type;

    public abstract void Complete(CompletionMessage completion);

    public abstract void Fail(Exception failure);
}

internal sealed class PendingResult<T>(string connectionId) : PendingResult(connectionId, typeof(T))
{
    private readonly TaskCompletionSource<T> _source = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<T> Task => _source.Task;

    public override void Complete(CompletionMessage completion)
    {
        switch (completion)
        {
            case { HasResult: true, Result: T result }:
                _source.TrySetResult(result);
                break;
            case { HasResult: true, Result: null } when default(T) is null:
                _source.TrySetResult(default!);
                break;
            case { HasResult: true }:
                Fail(new HubException($"The client's result is not a {typeof(T).Name}."));
                break;
            default:
                Fail(new HubException(completion.Error ?? "The client returned no result."));
                break;
        }
    }

    public override void Fail(Exception failure) => _source.TrySetException(failure);
}
