using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using Chat.Server.Workers.Ports;

namespace Chat.Server.Workers.Supervision;

/// <summary>What companions use, seen from here: they send no heartbeat that would tell.</summary>
internal sealed class CompanionUse(TimeProvider time, Func<int, ProcessUse?> measure)
{
    private readonly ConcurrentDictionary<string, Sample> _samples = new();

    public CompanionUse(TimeProvider time)
        : this(time, ProcessUse.Of)
    {
    }

    /// <summary>Reads files; once a second is enough.</summary>
    public void Measure(WorkerSnapshot companion)
    {
        if (companion.Pid is not { } pid || measure(pid) is not { } use)
        {
            _samples.TryRemove(companion.Id, out _);
            return;
        }

        var now = time.GetTimestamp();
        var before = _samples.GetValueOrDefault(companion.Id);
        double? share = before is not null && before.Pid == pid && time.GetElapsedTime(before.At, now).TotalSeconds is > 0 and var elapsed
            ? Math.Max(0, (use.Cpu - before.Cpu).TotalSeconds / elapsed)
            : null;
        _samples[companion.Id] = new(pid, now, use.Cpu, new WorkerUse(share, use.WorkingSetBytes));
    }

    /// <summary>With what was measured of this very process.</summary>
    public WorkerSnapshot Of(WorkerSnapshot companion) =>
        _samples.TryGetValue(companion.Id, out var sample) && sample.Pid == companion.Pid ? companion with { Use = sample.Use } : companion;

    private sealed record Sample(int Pid, long At, TimeSpan Cpu, WorkerUse Use);
}

internal sealed record ProcessUse(TimeSpan Cpu, long WorkingSetBytes)
{
    /// <summary>Null when it is gone.</summary>
    public static ProcessUse? Of(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            return process.HasExited ? null : new(process.TotalProcessorTime, process.WorkingSet64);
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException or Win32Exception)
        {
            // It went while we looked.
            return null;
        }
    }
}
