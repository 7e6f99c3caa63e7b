using System.Diagnostics.CodeAnalysis;

namespace Chat.Client.Sending;

/// <summary>Which conversations may send, which wait, and until when. Guarded by the outbox's lock; time-outs take it themselves.</summary>
internal sealed class OutboxLanes(TimeProvider time, Func<double> random, Action<OutboxLane, int> waited)
{
    private static readonly TimeSpan RestoredSpread = TimeSpan.FromSeconds(0.5);

    private readonly Dictionary<string, OutboxLane> _lanes = new(StringComparer.Ordinal);
    private readonly Queue<OutboxLane> _ready = new();

    public void Add(OutboxItem item)
    {
        if (!_lanes.TryGetValue(item.Lane, out var lane))
        {
            _lanes.Add(item.Lane, lane = new OutboxLane(item.Lane));
        }

        lane.AddLast(item);
        MakeReady(lane);
    }

    /// <summary>Takes a waiting item out; <c>false</c> when its call is under way.</summary>
    public bool Remove(OutboxItem item) => _lanes.TryGetValue(item.Lane, out var lane) && lane.Remove(item);

    public bool TryTakeReady([NotNullWhen(true)] out OutboxLane? lane)
    {
        while (_ready.TryDequeue(out lane))
        {
            lane.IsReady = false;
            if (!lane.IsEmpty)
            {
                lane.IsBusy = true;
                return true;
            }

            _lanes.Remove(lane.Name);
        }

        return false;
    }

    /// <summary>The lane's call came back; it goes on at once, or after the wait.</summary>
    public void Return(OutboxLane lane, SendDecision.Again? wait)
    {
        lane.IsBusy = false;
        if (wait is null || lane.IsEmpty)
        {
            MakeReady(lane);
            return;
        }

        var number = ++lane.Waits;
        lane.Wake = wait.Wake;
        lane.Timer = time.CreateTimer(_ => waited(lane, number), null, wait.In, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The time is over. A timer that fired just before it was stopped must not end the next wait.</summary>
    public void EndWait(OutboxLane lane, int number)
    {
        if (lane.Waits == number)
        {
            EndWait(lane);
        }
    }

    public void Wake(WakeOn reason)
    {
        foreach (var lane in _lanes.Values.Where(lane => lane.Timer is not null && (lane.Wake & reason) != 0))
        {
            if (reason == WakeOn.Restored)
            {
                // Every client hears this at the same moment; all at once would bring storage down again.
                lane.Timer!.Change(random() * RestoredSpread, Timeout.InfiniteTimeSpan);
            }
            else
            {
                EndWait(lane);
            }
        }
    }

    public void Clear()
    {
        foreach (var lane in _lanes.Values)
        {
            lane.Timer?.Dispose();
        }

        _lanes.Clear();
        _ready.Clear();
    }

    private void EndWait(OutboxLane lane)
    {
        lane.Timer?.Dispose();
        lane.Timer = null;
        MakeReady(lane);
    }

    private void MakeReady(OutboxLane lane)
    {
        if (lane is { IsReady: false, IsBusy: false, Timer: null })
        {
            lane.IsReady = true;
            _ready.Enqueue(lane);
        }
    }
}
