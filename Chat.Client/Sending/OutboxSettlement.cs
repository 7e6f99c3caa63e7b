using Chat.Contracts;

namespace Chat.Client.Sending;

/// <summary>What an outcome means for each item of a call.</summary>
/// <param name="Done">Have their receipt.</param>
/// <param name="Again">Go back to the front of the lane, in order.</param>
/// <param name="Wait">Before the next attempt; <c>null</c>: at once, or with the next connection.</param>
internal sealed record OutboxSettlement(
    IReadOnlyList<(OutboxItem Item, Receipt Receipt)> Done, IReadOnlyList<OutboxItem> Again, SendDecision.Again? Wait)
{
    public static OutboxSettlement Of(IReadOnlyList<OutboxItem> items, CallOutcome outcome, SendPolicy policy, Func<double> random)
        => outcome switch
        {
            CallOutcome.Answered answered => Answered(items, answered.Receipts, policy, random),
            CallOutcome.BatchRefused => Alone(items),
            CallOutcome.Faulted => Faulted(items[0], policy, random),
            _ => new OutboxSettlement([], items, null),
        };

    private static OutboxSettlement Answered(
        IReadOnlyList<OutboxItem> items, IReadOnlyList<Receipt> receipts, SendPolicy policy, Func<double> random)
    {
        var done = new List<(OutboxItem, Receipt)>(items.Count);
        var again = new List<OutboxItem>();
        var wait = default(SendDecision.Again);
        for (var i = 0; i < items.Count; i++)
        {
            if (policy.Decide(receipts[i], items[i].Retries, random()) is SendDecision.Again retry)
            {
                items[i].Retries++;
                again.Add(items[i]);

                // The first that must wait holds up the others anyway.
                wait ??= retry;
            }
            else
            {
                done.Add((items[i], receipts[i]));
            }
        }

        return new OutboxSettlement(done, again, wait);
    }

    private static OutboxSettlement Alone(IReadOnlyList<OutboxItem> items)
    {
        foreach (var item in items)
        {
            item.GoesAlone = true;
        }

        return new OutboxSettlement([], items, null);
    }

    private static OutboxSettlement Faulted(OutboxItem item, SendPolicy policy, Func<double> random)
    {
        if (++item.Faults < SendPolicy.MostFaults)
        {
            return new OutboxSettlement([], [item], new SendDecision.Again(policy.AfterFault(item.Faults, random()), WakeOn.Reconnected));
        }

        var error = new ChatError(ErrorCodes.Internal, "The server failed on this call each time it was made.", Retryable: false);
        return new OutboxSettlement([(item, new Receipt { Id = item.Id, Conversation = item.Lane, Error = error })], [], null);
    }
}
