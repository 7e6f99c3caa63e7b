using System.Diagnostics.Metrics;
using Microsoft.Extensions.Options;

namespace Chat.Server.Telemetry.Resources;

/// <summary>
/// How long a work item waits for a thread of the pool: .NET's event-loop lag. A dedicated thread queues one item
/// every 250 ms and counts the item that is still waiting. A probe that only reports finished items measures nothing
/// exactly while the pool is starved, which is when it is needed.
/// </summary>
internal sealed class ThreadPoolProbe : IHostedService, IDisposable
{
    private const long None = long.MinValue;

    private readonly Histogram<double> _delay;
    private readonly TimeProvider _time;
    private readonly TimeSpan _every;
    private readonly Action<Action> _queue;
    private readonly ManualResetEventSlim _stop = new(initialState: false);
    private Thread? _thread;
    private long _waitingSince = None;
    private long _lastDelayTicks = None;

    public ThreadPoolProbe(IMeterFactory meters, IOptions<TelemetryOptions> options, TimeProvider time)
        : this(meters, options, time, static run => ThreadPool.UnsafeQueueUserWorkItem(static r => r(), run, preferLocal: false))
    {
    }

    internal ThreadPoolProbe(IMeterFactory meters, IOptions<TelemetryOptions> options, TimeProvider time, Action<Action> queue)
    {
        _time = time;
        _every = options.Value.QueueProbeEvery;
        _queue = queue;
        _delay = meters.Create(TelemetryNames.Of("Runtime")).CreateHistogram<double>(
            "chat.threadpool.queue_delay", "s", "Time that a work item waits for a thread of the pool, the one still waiting included");
    }

    /// <summary>Age of the item that still waits; zero when none does.</summary>
    public TimeSpan Waiting => Volatile.Read(ref _waitingSince) is var since and not None ? _time.GetElapsedTime(since) : TimeSpan.Zero;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "thread-pool probe", Priority = ThreadPriority.AboveNormal };
        _thread.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _stop.Set();
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        _stop.Set();
        _thread?.Join(TimeSpan.FromSeconds(1));
        _stop.Dispose();
    }

    /// <summary>One beat: records what the last one learned and queues the next item unless one still waits.</summary>
    internal void Tick()
    {
        // In this order: an item that ends between the two reads is counted by its age now and by its delay, never lost.
        var waiting = Volatile.Read(ref _waitingSince);
        var finished = Interlocked.Exchange(ref _lastDelayTicks, None);
        var age = waiting == None ? None : _time.GetElapsedTime(waiting).Ticks;
        if (Math.Max(finished, age) is var worst and >= 0)
        {
            _delay.Record(TimeSpan.FromTicks(worst).TotalSeconds);
        }

        if (waiting != None)
        {
            return;
        }

        Volatile.Write(ref _waitingSince, _time.GetTimestamp());
        _queue(Ran);
    }

    private void Ran()
    {
        Interlocked.Exchange(ref _lastDelayTicks, _time.GetElapsedTime(Volatile.Read(ref _waitingSince)).Ticks);
        Volatile.Write(ref _waitingSince, None);
    }

    private void Run()
    {
        while (!_stop.Wait(_every))
        {
            Tick();
        }
    }
}
