using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace Chat.Server.Backplane.Scaleout;

/// <summary>Calls to a client that return a result, wherever the client is connected.</summary>
internal sealed class ClientCalls(
    IBackplane bus, BackplaneNode node, HubChannels channels, HubProtocols protocols, RemoteCommands remote, TimeSpan limit, TimeProvider time)
{
    private readonly ClientResults _results = new(node);

    public async Task<T> InvokeAsync<T>(
        LocalConnection? local, string connectionId, string method, object?[] args, CancellationToken cancellationToken)
    {
        var invocation = _results.NextInvocation();
        var pending = _results.Expect<T>(invocation, connectionId);
        try
        {
            await using var registration = cancellationToken.UnsafeRegister(
                _ => pending.Fail(new HubException("Invocation canceled by the server.")), null);
            var message = new InvocationMessage(invocation, method, args);
            await (local is null ? AskElsewhereAsync(connectionId, message, cancellationToken) : AskHereAsync(local, message, cancellationToken));
            return local is null ? await pending.Task.WaitAsync(limit, time, CancellationToken.None) : await pending.Task;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw new HubException("Invocation canceled by the server.");
        }
        catch (TimeoutException)
        {
            throw new IOException($"Connection '{connectionId}' returned no result in time.");
        }
        finally
        {
            local?.NoLongerAwait(invocation);
            if (_results.Drop(invocation) && local is null)
            {
                bus.Publish(channels.Direct, HubEnvelopeFormat.Write(new HubEnvelope.Forget(invocation)));
            }
        }
    }

    public bool TryGetType(string invocation, [NotNullWhen(true)] out Type? type) => _results.TryGetType(invocation, out type);

    /// <summary>A client of this node has returned a result, for a caller here or elsewhere.</summary>
    public void SetResult(string connectionId, CompletionMessage result)
    {
        if (result.InvocationId is not { } invocation)
        {
            return;
        }

        _results.ThrowUnlessFrom(connectionId, invocation);
        if (_results.TryTakeOwed(invocation, out var owed))
        {
            owed.Connection.NoLongerAwait(invocation);
            Answer(owed, result);
        }
        else
        {
            _results.Complete(invocation, result);
        }
    }

    /// <summary>A client of this node is gone: whoever waits for it shall know.</summary>
    public void Disconnected(LocalConnection connection)
    {
        foreach (var invocation in connection.EndResults())
        {
            if (_results.TryTakeOwed(invocation, out var owed))
            {
                Answer(owed, CompletionMessage.WithError(invocation, "Connection disconnected."));
            }
            else
            {
                _results.Fail(invocation, new IOException($"Connection '{connection.Id}' disconnected."));
            }
        }
    }

    public void OnAsked(HubEnvelope.Ask ask, LocalConnection connection)
    {
        // Owed first: the connection may end between the two, and would find nothing to answer for.
        _results.Owe(ask.Invocation, connection, ask.ReplyTo);
        if (!connection.TryAwait(ask.Invocation))
        {
            _results.TryTakeOwed(ask.Invocation, out _);
            return;
        }

        bus.Publish(channels.Node(ask.ReplyTo), HubEnvelopeFormat.Write(new HubEnvelope.Here(ask.Invocation)));
        connection.Post(new SerializedHubMessage(ask.Messages));
    }

    public void OnForget(HubEnvelope.Forget forget)
    {
        if (_results.TryTakeOwed(forget.Invocation, out var owed))
        {
            owed.Connection.NoLongerAwait(forget.Invocation);
        }
    }

    public void OnAnswer(HubEnvelope.Answer answer)
    {
        try
        {
            if (protocols.Parse(answer.Completion, _results) is { } completion)
            {
                _results.Complete(answer.Invocation, completion);
            }
            else
            {
                _results.Fail(answer.Invocation, new HubException("The client's result can't be read."));
            }
        }
        catch (Exception e) when (e is InvalidOperationException or InvalidDataException)
        {
            // Nobody waits any more, or the bytes are no result; a caller that does wait gets to know.
            _results.Fail(answer.Invocation, new HubException("The client's result can't be read."));
        }
    }

    private static async Task AskHereAsync(LocalConnection local, InvocationMessage message, CancellationToken cancellationToken)
    {
        if (!local.TryAwait(message.InvocationId!))
        {
            throw new IOException($"Connection '{local.Id}' disconnected.");
        }

        await local.Context.WriteAsync(message, cancellationToken);
    }

    private async Task AskElsewhereAsync(string connectionId, InvocationMessage message, CancellationToken cancellationToken)
    {
        var ask = new HubEnvelope.Ask(message.InvocationId!, node.Name, connectionId, protocols.Serialize(message));
        if (!await remote.AskAsync(ask.Invocation, () => bus.Publish(channels.Direct, HubEnvelopeFormat.Write(ask)), cancellationToken))
        {
            throw new IOException($"Connection '{connectionId}' does not exist.");
        }
    }

    private void Answer(OwedResult owed, CompletionMessage completion)
    {
        var protocol = owed.Connection.Context.Protocol;
        var serialized = new SerializedMessage(protocol.Name, protocol.GetMessageBytes(completion));
        bus.Publish(channels.Node(owed.ReplyTo), HubEnvelopeFormat.Write(new HubEnvelope.Answer(completion.InvocationId!, serialized)));
    }
}
