using Chat.Client.Connecting;
using Chat.Contracts;
using Microsoft.AspNetCore.SignalR;

namespace Chat.Client.Sending;

/// <summary>What became of one call of the outbox.</summary>
internal abstract record CallOutcome
{
    private CallOutcome()
    {
    }

    /// <summary>One receipt per item.</summary>
    public sealed record Answered(IReadOnlyList<Receipt> Receipts) : CallOutcome;

    /// <summary>The batch was refused as a whole, which says nothing of its items.</summary>
    public sealed record BatchRefused : CallOutcome;

    /// <summary>The connection went; whether the call took effect is unknown.</summary>
    public sealed record Lost : CallOutcome;

    /// <summary>The hub threw, against its contract.</summary>
    public sealed record Faulted : CallOutcome;
}

/// <summary>Makes one call and says what became of it; never throws.</summary>
internal static class OutboxCall
{
    public static async Task<CallOutcome> InvokeAsync(HubSession session, IReadOnlyList<OutboxItem> items)
    {
        try
        {
            if (items is [var only])
            {
                return await session.InvokeAsync<Receipt?>(only.Method, only.Request) is { } receipt
                    ? new CallOutcome.Answered([receipt])
                    : new CallOutcome.Faulted();
            }

            var batch = new SendBatchRequest([.. items.Select(item => (SendRequest)item.Request)]);
            var result = await session.InvokeAsync<BatchResult?>(OutboxMethods.SendBatch, batch);
            return result switch
            {
                { Ok: true, Receipts: { } receipts } when receipts.Count == items.Count && !receipts.Contains(null!)
                    => new CallOutcome.Answered(receipts),
                { Ok: false, Error: { } error } when Refusals.IsPassing(error)
                    => new CallOutcome.Answered([.. items.Select(item => new Receipt { Id = item.Id, Error = error })]),
                _ => new CallOutcome.BatchRefused(),
            };
        }
        catch (SessionLostException)
        {
            return new CallOutcome.Lost();
        }
        catch (HubException)
        {
            return items.Count > 1 ? new CallOutcome.BatchRefused() : new CallOutcome.Faulted();
        }
    }
}
