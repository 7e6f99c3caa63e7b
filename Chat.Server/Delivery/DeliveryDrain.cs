using Chat.Contracts;
using Chat.Server.Delivery.Acks;
using Chat.Server.Delivery.Pumps;
using Chat.Server.Workers.Ports;

namespace Chat.Server.Delivery;

/// <summary>
/// Sends the clients away when the process goes: each is told at once when to reconnect, and is closed soon after that moment if it has not
/// gone by then, so that they come back spread over the window instead of all together.
/// </summary>
internal sealed class DeliveryDrain(UserConnections users, CursorKeeper keeper, TimeProvider time) : IDrainStep
{
    public async Task DrainAsync(DrainContext context, CancellationToken cancellationToken)
    {
        var pumps = users.All.ToArray();
        Random.Shared.Shuffle(pumps);
        var slots = new DrainSlots(pumps.Length, context.Window);
        var started = time.GetTimestamp();
        for (var i = 0; i < pumps.Length; i++)
        {
            pumps[i].Announce(new Notice { Kind = NoticeKinds.Draining, ReconnectAfter = slots.Told(i).TotalSeconds });
        }

        var closing = new List<Task>(pumps.Length);
        for (var i = 0; i < pumps.Length; i++)
        {
            var wait = slots.Closed(i) - time.GetElapsedTime(started);
            if (wait > TimeSpan.Zero && !cancellationToken.IsCancellationRequested)
            {
                // Out of time, the rest is closed at once; and for one that has gone nobody waits.
                using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, pumps[i].Connection.ConnectionAborted);
                await Task.Delay(wait, time, over.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            closing.Add(pumps[i].CloseAsync(new Notice { Kind = NoticeKinds.Bye, Code = ErrorCodes.Draining, Retry = true, RetryAfter = 0 }));
        }

        await Task.WhenAll(closing);
        await keeper.FlushAsync(cancellationToken);
    }
}
