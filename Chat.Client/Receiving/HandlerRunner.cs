using Chat.Contracts;
using Microsoft.Extensions.Logging;

namespace Chat.Client.Receiving;

/// <summary>Runs the handlers of a conversation one event after the other, those of different conversations side by side.</summary>
internal sealed partial class HandlerRunner(
    ChatClientOptions options, InboxLoad load, Acknowledger acknowledger, Action<ConversationInbox> emptied)
{
    private const int MostErrorText = 500;

    private readonly ILogger _logger = options.LoggerFactory.CreateLogger<HandlerRunner>();
    private readonly CancellationTokenSource _stop = new();
    private readonly RunCount _runs = new();
    private int _warned;

    public EventHandlers Handlers { get; } = new();

    /// <summary>Cancelled when the client closes.</summary>
    public CancellationToken Stopping => _stop.Token;

    /// <summary>Sees to it that the conversation's queue is run, if there is anything in it and anybody to handle it.</summary>
    public void Run(ConversationInbox conversation)
    {
        if (options.ReceiveEvents && Handlers.IsEmpty)
        {
            if (Interlocked.Exchange(ref _warned, 1) == 0)
            {
                Log.NoHandler(_logger);
            }
        }
        else if (!_stop.IsCancellationRequested && conversation.TryStart())
        {
            _ = Task.Run(() => RunAsync(conversation), CancellationToken.None);
        }
    }

    /// <summary>Begins nothing more, and waits for what runs.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _runs.WhenNoneAsync();
    }

    private async Task RunAsync(ConversationInbox conversation)
    {
        _runs.Enter();
        try
        {
            while (conversation.Next() is { } entry)
            {
                if (!await TryHandleAsync(conversation, entry))
                {
                    // Paused by a stop, or for want of a handler; one may have come in between.
                    conversation.Pause();
                    Run(conversation);
                    return;
                }
            }
        }
        finally
        {
            _runs.Leave();
        }

        emptied(conversation);
    }

    /// <summary><c>false</c>: the event was not tried, or its reader left, and it stays where it is.</summary>
    private async Task<bool> TryHandleAsync(ConversationInbox conversation, InboxEntry entry)
    {
        if (entry.Event is { } e && options.ReceiveEvents)
        {
            if (_stop.IsCancellationRequested || Handlers.IsEmpty)
            {
                return false;
            }

            try
            {
                await InvokeAsync(e);
            }
            catch (Exception fault) when (fault is ReaderLeftException || (fault is OperationCanceledException && _stop.IsCancellationRequested))
            {
                return false;
            }
            catch (Exception fault)
            {
                var after = conversation.Failed(entry);
                if (after != AfterFailure.Dropped || entry.IsReplay)
                {
                    Report(entry, e, fault);
                }

                Log.HandlerFailed(_logger, e.Conversation, e.Seq, after, fault);
                return true;
            }
        }

        conversation.Handled(entry);
        if (entry.IsReplay)
        {
            // Everything cumulative stands beyond it already.
            acknowledger.Tell(new AckPosition(conversation.Conversation, entry.From));
        }
        else
        {
            acknowledger.Due(conversation, load.IsIdle);
        }

        return true;
    }

    private async Task InvokeAsync(ChatEvent e)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await Handlers.InvokeAsync(e, _stop.Token);
                return;
            }
            catch (Exception fault) when (attempt < options.HandlerRetries && fault is not ReaderLeftException && !_stop.IsCancellationRequested)
            {
                Log.HandlerRetried(_logger, e.Conversation, e.Seq, attempt + 1, fault);
                await Task.Delay(options.HandlerRetryDelay * Math.Pow(2, attempt), options.TimeProvider, _stop.Token);
            }
        }
    }

    private void Report(InboxEntry entry, ChatEvent e, Exception fault)
    {
        string? error;
        try
        {
            error = options.DescribeHandlerError is { } describe ? describe(fault) : $"{fault.GetType().Name}: {fault.Message}";
        }
        catch (Exception)
        {
            // The application's own words failed it; the failure itself is told.
            error = fault.GetType().Name;
        }

        if (!string.IsNullOrWhiteSpace(error))
        {
            acknowledger.Tell(new AckPosition(e.Conversation, entry.From - 1, error.Length <= MostErrorText ? error : error[..MostErrorText]));
        }
    }

    private static partial class Log
    {
        [LoggerMessage(5022, LogLevel.Warning, "Events arrive, but there is no handler; they wait, and the server will take this device for stuck", EventName = "NoHandler")]
        public static partial void NoHandler(ILogger logger);

        [LoggerMessage(5024, LogLevel.Warning, "{Conversation}: the handler of event {Seq} failed ({Attempt}); run again", EventName = "HandlerRetried")]
        public static partial void HandlerRetried(ILogger logger, string conversation, long? seq, int attempt, Exception exception);

        [LoggerMessage(5023, LogLevel.Error, "{Conversation}: the handler of event {Seq} failed ({After})", EventName = "HandlerFailed")]
        public static partial void HandlerFailed(ILogger logger, string conversation, long? seq, AfterFailure after, Exception exception);
    }
}
