using Chat.Bench.Load;

namespace Chat.Bench.Machine;

/// <summary>Tells whether somebody else wants the machine, and waits until nobody does.</summary>
internal static class Quiet
{
    private const double BusyAbove = 0.15;
    private static readonly TimeSpan Sample = TimeSpan.FromSeconds(1);

    /// <summary>Waits, at most <paramref name="limit"/>, for a second in which the machine is nearly idle. Call it while no load of ours runs.</summary>
    public static async Task WaitAsync(TimeSpan limit, Action<string> tell, CancellationToken cancellationToken)
    {
        var until = Clock.Now + (long)(limit.TotalSeconds * Clock.TicksPerSecond);
        while (Clock.Now < until)
        {
            var (before, start) = (ProcessFacts.MachineCpuSeconds(), Clock.Now);
            await Task.Delay(Sample, TimeProvider.System, cancellationToken);
            var busy = (ProcessFacts.MachineCpuSeconds() - before) / Clock.Seconds(start, Clock.Now) / Environment.ProcessorCount;
            if (!(busy > BusyAbove))
            {
                return;
            }

            tell($"waiting for a quiet machine, {busy:P0} busy");
        }
    }

    /// <summary>Median milliseconds that it takes to make a page of a file in <paramref name="folder"/> durable: the floor of any durable send.</summary>
    public static double SyncMilliseconds(string folder)
    {
        const int writes = 40;
        var page = new byte[8192];
        var file = Path.Combine(folder, "sync.probe");
        var times = new List<double>(writes);
        using (var handle = File.OpenHandle(file, FileMode.Create, FileAccess.Write))
        {
            for (var i = 0; i < writes; i++)
            {
                RandomAccess.Write(handle, page, i * page.Length);
                var start = Clock.Now;
                RandomAccess.FlushToDisk(handle);
                times.Add(Clock.Seconds(start, Clock.Now) * 1000);
            }
        }

        File.Delete(file);
        return Spread.Of(times).Median;
    }
}
