using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace Chat.Server.Backplane.Scaleout;

/// <summary>
/// Calls that await a client's result: those that this node's callers wait for, and those that its connections owe to
/// callers on other nodes.
/// </summary>
internal sealed class ClientResults(BackplaneNode node) : IInvocationBinder
{
    private readonly ConcurrentDictionary<string, PendingResult> _pending = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, OwedResult> _owed = new(StringComparer.Ordinal);
    private long _last;

    public int Count => _pending.Count + _owed.Count;

    /// <summary>Unique among nodes, for the client knows nothing but this id.</summary>
    public string NextInvocation() => $"{node.Name}-{Interlocked.Increment(ref _last)}";

    public PendingResult<T> Expect<T>(string invocation, string connectionId)
    {
        var pending = new PendingResult<T>(connectionId);
        _pending[invocation] = pending;
        return pending;
    }

    /// <summary>True when it was still expected.</summary>
    public bool Drop(string invocation) => _pending.TryRemove(invocation, out _);

    public void Owe(string invocation, LocalConnection connection, string replyTo) =>
        _owed[invocation] = new OwedResult(connection, replyTo);

    public bool TryTakeOwed(string invocation, [NotNullWhen(true)] out OwedResult? owed) => _owed.TryRemove(invocation, out owed);

    /// <summary>What is owed elsewhere is passed on as it came, for only the caller knows its type.</summary>
    public bool TryGetType(string invocation, [NotNullWhen(true)] out Type? type)
    {
        type = _pending.TryGetValue(invocation, out var pending) ? pending.Type
            : _owed.ContainsKey(invocation) ? typeof(RawResult)
            : null;
        return type is not null;
    }

    /// <summary>One client must not answer for another: ids are no secret.</summary>
    public void ThrowUnlessFrom(string connectionId, string invocation)
    {
        var rightful = _pending.TryGetValue(invocation, out var pending) ? pending.ConnectionId
            : _owed.TryGetValue(invocation, out var owed) ? owed.Connection.Id
            : connectionId;
        if (rightful != connectionId)
        {
            throw new InvalidOperationException($"Connection ID '{connectionId}' is not valid for invocation ID '{invocation}'.");
        }
    }

    public void Complete(string invocation, CompletionMessage completion)
    {
        if (_pending.TryRemove(invocation, out var pending))
        {
            pending.Complete(completion);
        }
    }

    public void Fail(string invocation, Exception failure)
    {
        if (_pending.TryRemove(invocation, out var pending))
        {
            pending.Fail(failure);
        }
    }

    Type IInvocationBinder.GetReturnType(string invocationId) =>
        TryGetType(invocationId, out var type) ? type : throw new InvalidOperationException("Nobody waits for this result.");

    IReadOnlyList<Type> IInvocationBinder.GetParameterTypes(string methodName) => throw new InvalidOperationException("Not a result.");

    Type IInvocationBinder.GetStreamItemType(string streamId) => throw new InvalidOperationException("Not a result.");
}

internal sealed record OwedResult(LocalConnection Connection, string ReplyTo);
