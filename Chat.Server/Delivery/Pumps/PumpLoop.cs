using Chat.Contracts;
using Chat.Server.Delivery.Feeds;

namespace Chat.Server.Delivery.Pumps;

/// <summary>
/// What is to be done for a connection beside live writes, one step after another; a task only while there is something. What waits is
/// guarded by the pump's lock.
/// </summary>
internal sealed partial class PumpLoop(ConnectionPump pump, Lock pumpLock, PumpServices services)
{
    private readonly Queue<Subscription> _behind = new();
    private readonly Queue<Func<Task>> _orders = new();
    private readonly Loading _loading = new(pump, services);
    private readonly CatchUp _catchUp = new(pump, services);
    private bool _running;
    private bool _resendWanted;

    public bool IsRunning => _running;

    /// <summary>Storage has told once what the device follows.</summary>
    public bool HasLoaded => _loading.HasLoaded;

    /// <summary>Nothing more is read for it.</summary>
    public void EndUnderLock() => _behind.Clear();

    /// <summary>Looks around, unless it does already. The first time it begins with what the device follows.</summary>
    public void WakeUnderLock()
    {
        if (!_running)
        {
            _running = true;
            _ = Task.Run(RunAsync);
        }
    }

    /// <summary>A subscription is to be read for, until it is live.</summary>
    public void AddUnderLock(Subscription subscription)
    {
        if (!subscription.Queued)
        {
            subscription.Queued = true;
            _behind.Enqueue(subscription);
        }

        WakeUnderLock();
    }

    /// <summary>Runs in the loop, so that it falls amidst no page that is on its way.</summary>
    public void Order(Action order) => Order(() =>
    {
        order();
        return Task.CompletedTask;
    });

    /// <inheritdoc cref="Order(Action)"/>
    public void Order(Func<Task> order)
    {
        lock (pumpLock)
        {
            _orders.Enqueue(order);
            WakeUnderLock();
        }
    }

    /// <summary>What is unacknowledged is to be sent once more.</summary>
    public void OrderResend()
    {
        lock (pumpLock)
        {
            _resendWanted = true;
            WakeUnderLock();
        }
    }

    /// <summary>Asks storage anew what the device follows.</summary>
    public void LoadAgain()
    {
        lock (pumpLock)
        {
            _loading.Again();
            WakeUnderLock();
        }
    }

    private async Task RunAsync()
    {
        var run = new CatchUpRun(services.Meter, services.Time);
        var finished = false;
        try
        {
            do
            {
                await _loading.RunAsync(run);
            }
            while (await StepAsync(run));
            finished = !pump.IsClosed;
        }
        catch (OperationCanceledException) when (pump.IsClosed || pump.Connection.ConnectionAborted.IsCancellationRequested)
        {
            // The connection went away while storage was read for it.
        }
        catch (Exception e)
        {
            Log.PumpFault(services.Logger, pump.Connection.ConnectionId, e);
            await pump.CloseAsync(new Notice { Kind = NoticeKinds.Bye, Code = ErrorCodes.Internal, Retry = true });
        }
        finally
        {
            run.End(cutOff: !finished);
        }
    }

    private async Task<bool> StepAsync(CatchUpRun run)
    {
        if (NextTask(run) is not { } task)
        {
            return false;
        }

        await task();
        return true;
    }

    /// <summary>Null: nothing to do, and the loop counts as ended.</summary>
    private Func<Task>? NextTask(CatchUpRun run)
    {
        lock (pumpLock)
        {
            if (!pump.IsClosed && _resendWanted)
            {
                _resendWanted = false;
                var owing = pump.Places.OwingUnderLock();
                return () => _catchUp.ResendAsync(owing);
            }

            if (!pump.IsClosed && pump.Letters.NextUnderLock() is { } letters)
            {
                return () => letters(_catchUp);
            }

            if (!pump.IsClosed && _orders.TryDequeue(out var order))
            {
                return order;
            }

            if (!pump.IsClosed && _behind.TryDequeue(out var subscription))
            {
                subscription.Queued = false;
                return () => _catchUp.AdvanceAsync(subscription, run);
            }

            _running = false;
            return null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1201, LogLevel.Error, "The pump of connection {Connection} met an unexpected fault; the connection is closed and will catch up", EventName = "PumpFault")]
        public static partial void PumpFault(ILogger logger, string connection, Exception exception);
    }
}
