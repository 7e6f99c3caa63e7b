namespace Chat.Bench.Load;

/// <summary>Waits until nothing is owed any more.</summary>
internal static class Drain
{
    /// <summary>What is still missing when it ends: 0, unless <paramref name="patience"/> ran out.</summary>
    public static async Task<long> WaitAsync(Func<long> missing, TimeSpan patience, CancellationToken cancellationToken)
    {
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        var until = Clock.Now + (long)(patience.TotalSeconds * Clock.TicksPerSecond);
        while (missing() > 0 && Clock.Now < until)
        {
            await poll.WaitForNextTickAsync(cancellationToken);
        }

        return Math.Max(0, missing());
    }
}
