using System.Collections.Concurrent;
using Chat.Server.Backplane.Failover;

namespace Chat.Tests.Backplane.Failover;

/// <summary>A wire that does what the test says: takes, refuses, or hangs.</summary>
internal sealed class ScriptedTransport : IBackplaneTransport
{
    public event Action<string, ReadOnlyMemory<byte>>? Received;

    public LinkReport Link { get; set; } = new(Linked: true, Interruptions: 0, Refusal: null);

    /// <summary>What becomes of a publication; it is taken unless told otherwise.</summary>
    public Func<Task> Publish { get; set; } = () => Task.CompletedTask;

    /// <summary>What becomes of a change of subscription.</summary>
    public Func<string, Task> Subscribe { get; set; } = _ => Task.CompletedTask;

    public ConcurrentQueue<(string Channel, byte[] Frame)> Published { get; } = new();

    public ConcurrentDictionary<string, bool> Subscribed { get; } = new();

    public LinkReport Report() => Link;

    public Task ConnectAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task PublishAsync(string channel, byte[] frame)
    {
        Published.Enqueue((channel, frame));
        return Publish();
    }

    public Task SetSubscribedAsync(string channel, bool subscribed)
    {
        if (subscribed)
        {
            Subscribed[channel] = true;
        }
        else
        {
            Subscribed.TryRemove(channel, out _);
        }

        return Subscribe(channel);
    }

    public Task CheckAsync() => Task.CompletedTask;

    public void Receive(string channel, byte[] frame) => Received?.Invoke(channel, frame);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
