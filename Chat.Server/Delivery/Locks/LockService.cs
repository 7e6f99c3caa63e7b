using Chat.Server.Backplane;
using Chat.Server.Storage.Conversations;

namespace Chat.Server.Delivery.Locks;

/// <summary>Locks conversations and opens them again, for every node: what operators call.</summary>
internal sealed class LockService(LockStore store, LockWatch watch, IBackplane bus)
{
    /// <summary>When this returns nothing is stored any more that has no receipt yet, whichever process was sent it.</summary>
    public async Task<LockOutcome> LockAsync(string conversation, string reason, string by, CancellationToken cancellation) =>
        await TellAsync(conversation, locked: true, await store.LockAsync(conversation, reason, by, cancellation), cancellation);

    public async Task<LockOutcome> UnlockAsync(string conversation, CancellationToken cancellation) =>
        await TellAsync(conversation, locked: false, await store.UnlockAsync(conversation, cancellation), cancellation);

    // Also when it was so before: the call may be the repeat of one whose answer was lost.
    private async Task<LockOutcome> TellAsync(string conversation, bool locked, LockOutcome outcome, CancellationToken cancellation)
    {
        if (outcome != LockOutcome.NotFound)
        {
            bus.Publish(LockRing.Channel, new LockRing(conversation, locked).ToBytes());
            await watch.LookAsync(cancellation);
        }

        return outcome;
    }
}
