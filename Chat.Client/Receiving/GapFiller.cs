using Chat.Client.Connecting;
using Chat.Contracts;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Logging;

namespace Chat.Client.Receiving;

/// <summary>Reads what is missing in a conversation from its history, page by page, while later events wait.</summary>
internal sealed partial class GapFiller(ChatClientOptions options, Action<ConversationInbox, Arrival> arrived, Func<double> random)
{
    private const int PageSize = 100;

    private readonly ILogger _logger = options.LoggerFactory.CreateLogger<GapFiller>();
    private readonly BackOff _backOff = new(options.BackOffBase, options.BackOffCap);

    /// <summary>Runs until nothing is missing or the connection ends: the next one sends again what was not acknowledged.</summary>
    public async Task FillAsync(ConversationInbox conversation, HubSession session)
    {
        var failures = 0;
        while (conversation.NextGap() is { } gap)
        {
            try
            {
                var page = await ReadAsync(conversation, session, gap);
                if (page.Error is { } error && Refusals.IsPassing(error))
                {
                    var wait = BackOff.Seconds(error.RetryAfter) ?? TimeSpan.Zero;
                    await Task.Delay(wait + _backOff.Next(failures++, random()), options.TimeProvider, session.Ended);
                    continue;
                }

                failures = 0;
                Take(conversation, gap, page);
            }
            catch (HubException)
            {
                // A hub without history: holding back what did arrive would help nobody.
                GoOnBehind(conversation, gap, gap.To);
            }
            catch (Exception e) when (e is SessionLostException or OperationCanceledException)
            {
                conversation.StopFilling();
                return;
            }
        }
    }

    private static Task<HistoryResult> ReadAsync(ConversationInbox conversation, HubSession session, InboxGap gap)
    {
        var limit = (int)Math.Min(gap.To - gap.After, PageSize);
        return session.InvokeAsync<HistoryResult>(
            "History", new HistoryRequest(conversation.Conversation, After: gap.After, Limit: limit), session.Ended);
    }

    private void Take(ConversationInbox conversation, InboxGap gap, HistoryResult page)
    {
        if (!conversation.IsAt(gap.Generation))
        {
            return;
        }

        if (page is not { Ok: true, Events: { Count: > 0 } events })
        {
            // The caller may not read it, or it is kept no longer.
            GoOnBehind(conversation, gap, gap.To);
            return;
        }

        // What lies before the first of the page is not to be had: it comes in ascending order.
        if (events[0].Seq > gap.After + 1)
        {
            GoOnBehind(conversation, gap, Math.Min(gap.To, events[0].Seq!.Value - 1));
        }

        foreach (var e in events)
        {
            arrived(conversation, conversation.Offer(e, live: false));
        }

        if (events[^1].Seq is not { } last || last <= gap.After)
        {
            GoOnBehind(conversation, gap, gap.To);
        }
    }

    private void GoOnBehind(ConversationInbox conversation, InboxGap gap, long to)
    {
        Log.NotToBeHad(_logger, conversation.Conversation, gap.After + 1, to);
        arrived(conversation, conversation.JumpTo(to, gap.Generation));
    }

    private static partial class Log
    {
        [LoggerMessage(5020, LogLevel.Warning, "Events {From} to {To} of {Conversation} cannot be read any more", EventName = "NotToBeHad")]
        public static partial void NotToBeHad(ILogger logger, string conversation, long from, long to);
    }
}
