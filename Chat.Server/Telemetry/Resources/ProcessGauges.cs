using System.Diagnostics.Metrics;
using Chat.Server.Workers.Ports;
using Microsoft.Extensions.Options;

namespace Chat.Server.Telemetry.Resources;

/// <summary>Memory, CPU and file descriptors of this process, read when the numbers are collected.</summary>
internal sealed class ProcessGauges : IHostedService
{
    private static readonly TimeSpan DescriptorsEvery = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly MemoryReader _memory;
    private readonly TimeProvider _time;
    private readonly TelemetryOptions _options;
    private readonly IChildMemory? _children;
    private readonly TelemetrySource _source;
    private TimeSpan _cpuBefore = Environment.CpuUsage.TotalTime;
    private long _cpuAt;
    private double _descriptors;
    private long? _descriptorsAt;

    public ProcessGauges(
        IMeterFactory meters, TelemetrySource source, IOptions<TelemetryOptions> options, TimeProvider time, IChildMemory? children = null, MemoryReader? memory = null)
    {
        _source = source;
        _options = options.Value;
        _time = time;
        _children = children;
        _memory = memory ?? new MemoryReader();
        _cpuAt = time.GetTimestamp();
        var meter = meters.Create(TelemetryNames.Of("Process"));
        meter.CreateObservableGauge("chat.memory.utilization", Memory, "1", "Used memory as a share of the limit");
        meter.CreateObservableGauge("chat.cpu.utilization", Cpu, "1", "CPU time as a share of all cores");
        if (OperatingSystem.IsLinux())
        {
            meter.CreateObservableGauge("chat.fd.utilization", Descriptors, "1", "Open file descriptors as a share of the limit");
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private IEnumerable<Measurement<double>> Memory()
    {
        if (_options.WorkerMemoryLimit > 0)
        {
            yield return new((double)Environment.WorkingSet / _options.WorkerMemoryLimit, new KeyValuePair<string, object?>("scope", "worker"));
        }

        // The container is one for all processes of a node; the node tells of it.
        if (_source.IsNode)
        {
            var facts = _memory.Read();
            var used = facts.Used ?? Environment.WorkingSet + (_children?.WorkingSet ?? 0);
            yield return new((double)used / facts.Limit, new KeyValuePair<string, object?>("scope", "container"));
        }
    }

    private double Cpu()
    {
        lock (_gate)
        {
            var now = _time.GetTimestamp();
            var elapsed = _time.GetElapsedTime(_cpuAt, now);
            if (elapsed <= TimeSpan.Zero)
            {
                return 0;
            }

            var used = Environment.CpuUsage.TotalTime;
            var share = (used - _cpuBefore) / elapsed / Environment.ProcessorCount;
            (_cpuBefore, _cpuAt) = (used, now);
            return Math.Clamp(share, 0, 1);
        }
    }

    private double Descriptors()
    {
        lock (_gate)
        {
            // Counting walks a folder with an entry per connection: not every second.
            if (_descriptorsAt is not { } at || _time.GetElapsedTime(at) >= DescriptorsEvery)
            {
                _descriptors = Used();
                _descriptorsAt = _time.GetTimestamp();
            }

            return _descriptors;
        }
    }

    private static double Used()
    {
        try
        {
            return (double)Directory.EnumerateFileSystemEntries("/proc/self/fd").Count() / FileDescriptors.Limit;
        }
        catch (IOException)
        {
            // Looking takes a descriptor, and there is none left.
            return 1;
        }
    }
}

/// <summary>What the other processes of the node use of the machine's memory.</summary>
internal interface IChildMemory
{
    long WorkingSet { get; }
}
