namespace Chat.Server.Alerts.Channels;

/// <summary>What one channel still has to send, in order, with retries. It waits for nobody and nobody waits for it.</summary>
/// <param name="changed">What waits has changed.</param>
/// <param name="told">What became of a notification; never called under the outbox's lock.</param>
internal sealed partial class ChannelOutbox(
    INotificationChannel channel, OutboxOptions options, AlertMeter meter, TimeProvider time, ILogger logger, Action changed, Action<DeliveryReport> told)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<Notification> _waiting = [];
    private readonly SemaphoreSlim _wake = new(0, 1);
    private volatile bool _failing;
    private DateTimeOffset? _lastSent;
    private DateTimeOffset? _lastFailed;

    public string Name => channel.Name;

    /// <summary>The last notification was given up.</summary>
    public bool Failing => _failing;

    public ChannelView View
    {
        get
        {
            lock (_gate)
            {
                return new ChannelView(Name, _failing, _waiting.Count, _lastSent, _lastFailed);
            }
        }
    }

    public ChannelFace Show(Notification notification) => channel.Show(notification);

    public void Add(Notification notification)
    {
        Notification? dropped = null;
        lock (_gate)
        {
            _waiting.AddLast(notification);
            if (_waiting.Count > options.MaxWaiting)
            {
                // The oldest says least about now. The first may be on its way; then it is only not tried again.
                dropped = _waiting.First!.Value;
                _waiting.RemoveFirst();
            }
        }

        if (dropped is not null)
        {
            meter.Notified(Name, "dropped");
            Log.NotificationDropped(logger, Name);
            Tell(dropped, DeliveryResult.Dropped, "too many others waited");
        }
    }

    public List<Notification> Waiting()
    {
        lock (_gate)
        {
            return [.. _waiting];
        }
    }

    public void Wake()
    {
        try
        {
            _wake.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is already being woken.
        }
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await _wake.WaitAsync(cancellationToken);
            while (First() is { } notification)
            {
                await DeliverAsync(notification, cancellationToken);
                lock (_gate)
                {
                    _waiting.Remove(notification);
                }

                changed();
            }
        }
    }

    /// <summary>Tries the channel out, past the queue. The answer is for an operator: no addresses, no exception text.</summary>
    public async Task<string?> TryAsync(Notification notification, CancellationToken cancellationToken)
    {
        var problem = await AttemptAsync(notification, cancellationToken);
        if (problem is null)
        {
            Sent();
        }

        return problem;
    }

    private async Task DeliverAsync(Notification notification, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var problem = await AttemptAsync(notification, cancellationToken);
            if (problem is null)
            {
                Sent();
                Tell(notification, DeliveryResult.Sent);
                return;
            }

            if (attempt >= options.Attempts)
            {
                GiveUp(notification, problem);
                Tell(notification, DeliveryResult.Failed, problem);
                return;
            }

            Tell(notification, DeliveryResult.Waiting, problem);
            meter.Notified(Name, "retried");
            await Task.Delay(OutboxBackoff.After(attempt, options.FirstRetry, Random.Shared.NextDouble()), time, cancellationToken);
        }
    }

    private async Task<string?> AttemptAsync(Notification notification, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(channel.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            // Some clients do not heed their token; the outbox goes on without them.
            await channel.SendAsync(notification, either.Token).WaitAsync(either.Token);
            return null;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (OperationCanceledException)
        {
            return $"no answer within {channel.Timeout.TotalSeconds:0} s";
        }
        catch (Exception e)
        {
            Log.NotifyAttemptFailed(logger, Name, e);
            return ChannelProblem.Describe(e);
        }
    }

    private void Sent()
    {
        lock (_gate)
        {
            _lastSent = time.GetUtcNow();
        }

        _failing = false;
        meter.Notified(Name, "sent");
    }

    private void GiveUp(Notification notification, string problem)
    {
        lock (_gate)
        {
            _lastFailed = time.GetUtcNow();
        }

        _failing = true;
        meter.Notified(Name, "failed");
        Log.NotificationGivenUp(logger, Name, notification.Rule, notification.Status, problem);
    }

    private void Tell(Notification notification, DeliveryResult result, string? problem = null) =>
        told(new DeliveryReport(Name, notification.Id, result, time.GetUtcNow(), problem));

    private Notification? First()
    {
        lock (_gate)
        {
            return _waiting.First?.Value;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3220, LogLevel.Debug, "An attempt to notify through {Channel} failed", EventName = nameof(NotifyAttemptFailed))]
        public static partial void NotifyAttemptFailed(ILogger logger, string channel, Exception exception);

        [LoggerMessage(3221, LogLevel.Error, "{Channel} did not take the notification that {Rule} is {Status}: {Problem}", EventName = nameof(NotificationGivenUp))]
        public static partial void NotificationGivenUp(ILogger logger, string channel, string rule, string status, string problem);

        [LoggerMessage(3222, LogLevel.Error, "The outbox of {Channel} is full; its oldest notification was dropped", EventName = nameof(NotificationDropped))]
        public static partial void NotificationDropped(ILogger logger, string channel);
    }
}

internal sealed record ChannelView(string Name, bool Failing, int Waiting, DateTimeOffset? LastSent, DateTimeOffset? LastFailed);
