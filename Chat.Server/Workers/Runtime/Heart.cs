using System.Buffers;
using System.Diagnostics.Metrics;
using System.Text.Json;
using Chat.Server.Workers.Ports;
using Microsoft.Extensions.Options;

namespace Chat.Server.Workers.Runtime;

/// <summary>Beats on a thread of its own; what a beat is made of, it measures here.</summary>
internal sealed partial class Heart : IDisposable
{
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromMilliseconds(250);

    private readonly IReadOnlyList<IHeartbeatPart> _parts;
    private readonly IDrainState _drain;
    private readonly WorkersOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<Heart> _logger;
    private readonly PoolProbe _probe;
    private readonly ConnectionCount _connections;
    private readonly ManualResetEventSlim _stop = new();
    private readonly long _started;
    private readonly HashSet<string> _brokenParts = [];
    private Sample _last;

    public Heart(
        IEnumerable<IHeartbeatPart> parts, IDrainState drain, IMeterFactory meters, IOptions<WorkersOptions> options, TimeProvider time, ILogger<Heart> logger)
    {
        _parts = [.. parts];
        _connections = new(meters);
        _drain = drain;
        _options = options.Value;
        _time = time;
        _logger = logger;
        _probe = new(time);
        _started = time.GetTimestamp();
        _last = new(_started, Environment.CpuUsage.TotalTime, GC.GetTotalPauseDuration());
    }

    public void Start(Action<WorkerVitals, Dictionary<string, JsonElement>> onBeat) =>
        new Thread(() => Run(onBeat)) { Name = "heartbeat", IsBackground = true }.Start();

    public void Dispose()
    {
        _stop.Set();
        _connections.Dispose();
    }

    private void Run(Action<WorkerVitals, Dictionary<string, JsonElement>> onBeat)
    {
        var pause = _options.HeartbeatInterval < ProbeInterval ? _options.HeartbeatInterval : ProbeInterval;
        var next = TimeSpan.Zero;
        do
        {
            if (_time.GetElapsedTime(_started) >= next)
            {
                next = _time.GetElapsedTime(_started) + _options.HeartbeatInterval;
                onBeat(Measure(), Collect());
            }

            _probe.Send();
        }
        while (!_stop.Wait(pause));
    }

    private WorkerVitals Measure()
    {
        var now = new Sample(_time.GetTimestamp(), Environment.CpuUsage.TotalTime, GC.GetTotalPauseDuration());
        var elapsed = _time.GetElapsedTime(_last.Timestamp, now.Timestamp).TotalSeconds;
        double Share(TimeSpan before, TimeSpan after) => elapsed > 0 ? Math.Max(0, (after - before).TotalSeconds / elapsed) : 0;
        var vitals = new WorkerVitals(
            Environment.ProcessId,
            _time.GetElapsedTime(_started).TotalSeconds,
            _connections.Current,
            Environment.WorkingSet,
            now.Cpu.TotalSeconds,
            Share(_last.Cpu, now.Cpu),
            _probe.TakeLongest().TotalSeconds,
            Share(_last.GcPause, now.GcPause),
            _drain.IsDraining);
        _last = now;
        return vitals;
    }

    private Dictionary<string, JsonElement> Collect()
    {
        var collected = new Dictionary<string, JsonElement>(_parts.Count);
        var buffer = new ArrayBufferWriter<byte>();
        foreach (var part in _parts)
        {
            try
            {
                buffer.ResetWrittenCount();
                using (var writer = new Utf8JsonWriter(buffer))
                {
                    part.Write(writer);
                }

                collected[part.Name] = JsonElement.Parse(buffer.WrittenSpan);
            }
            catch (Exception error)
            {
                // A feature that cannot describe itself must not stop the heart; said once, for this runs every second.
                if (_brokenParts.Add(part.Name))
                {
                    Log.PartFailed(_logger, part.Name, error);
                }
            }
        }

        return collected;
    }

    private readonly record struct Sample(long Timestamp, TimeSpan Cpu, TimeSpan GcPause);

    private static partial class Log
    {
        [LoggerMessage(3010, LogLevel.Warning, "The heartbeat goes on without its part {Part}.")]
        public static partial void PartFailed(ILogger logger, string part, Exception error);
    }
}
