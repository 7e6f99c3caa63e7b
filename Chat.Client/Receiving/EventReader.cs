using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Chat.Contracts;

namespace Chat.Client.Receiving;

/// <summary>The reader of an event stream went away before it was done with the event: the event waits for the next handler.</summary>
internal sealed class ReaderLeftException : Exception;

/// <summary>Events as a stream. An event counts as handled when its reader asks for the next one.</summary>
internal sealed class EventReader(Inbox inbox)
{
    private readonly Channel<Delivery> _deliveries = Channel.CreateUnbounded<Delivery>(new UnboundedChannelOptions { SingleReader = true });

    public async IAsyncEnumerable<ChatEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stopping = inbox.Stopping.UnsafeRegister(static writer => ((ChannelWriter<Delivery>)writer!).TryComplete(), _deliveries.Writer);
        var registration = inbox.Handlers.Add(HandleAsync);
        var current = default(Delivery);
        try
        {
            await foreach (var delivery in _deliveries.Reader.ReadAllAsync(cancellationToken))
            {
                current = delivery;
                yield return delivery.Event;
                current = null;
                delivery.Done.TrySetResult();
            }
        }
        finally
        {
            // First out of the handlers, so that what is given back does not come here again.
            registration.Dispose();
            _deliveries.Writer.TryComplete();
            current?.Done.TrySetException(new ReaderLeftException());
            while (_deliveries.Reader.TryRead(out var left))
            {
                left.Done.TrySetException(new ReaderLeftException());
            }
        }
    }

    // One event of each conversation at most waits here: the next comes when this task is done.
    private Task HandleAsync(ChatEvent e, CancellationToken cancellationToken)
    {
        var delivery = new Delivery(e);
        return _deliveries.Writer.TryWrite(delivery) ? delivery.Done.Task.WaitAsync(cancellationToken) : Task.FromException(new ReaderLeftException());
    }

    private sealed record Delivery(ChatEvent Event)
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
