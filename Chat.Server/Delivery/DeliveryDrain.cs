using Chat.Contracts;
using Chat.Server.Delivery.Acks;
using Chat.Server.Delivery.Pumps;
using Chat.Server.Workers.Ports;

namespace Chat.Server.Delivery;

/// <summary>
/// Sends the clients away when the process goes: each is told at once when to reconnect, and is closed at that moment if it has not
/// gone by then, so that they come back spread over the window instead of all together.
/// </summary>
internal sealed class DeliveryDrain(UserConnections users, CursorKeeper keeper, TimeProvider time) : IDrainStep
{
    public async Task DrainAsync(DrainContext context, CancellationToken cancellationToken)
    {
        var pumps = users.All.ToArray();
        Random.Shared.Shuffle(pumps);
        var started = time.GetTimestamp();
        for (var i = 0; i < pumps.Length; i++)
        {
            pumps[i].Announce(new Notice { Kind = NoticeKinds.Draining, ReconnectAfter = Slot(i, pumps.Length, context).TotalSeconds });
        }

        var closing = new List<Task>(pumps.Length);
        for (var i = 0; i < pumps.Length; i++)
        {
            var wait = Slot(i, pumps.Length, context) - time.GetElapsedTime(started);
            if (wait > TimeSpan.Zero && !cancellationToken.IsCancellationRequested)
            {
                // Out of time, the rest is closed at once.
                await Task.Delay(wait, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            closing.Add(pumps[i].CloseAsync(new Notice { Kind = NoticeKinds.Bye, Code = ErrorCodes.Draining, Retry = true, RetryAfter = 0 }));
        }

        await Task.WhenAll(closing);
        await keeper.FlushAsync(cancellationToken);
    }

    /// <summary>When a connection's turn is, from the beginning of the drain.</summary>
    internal static TimeSpan Slot(int index, int count, DrainContext context) => context.Window * ((double)(index + 1) / count);
}
