using Chat.Contracts.Management;
using Chat.Server.Storage.Conversations;

namespace Chat.Server.Management.Answering;

/// <summary>How many messages each minute of the last hour brought.</summary>
internal static class MessageRate
{
    private const int Minutes = 60;
    private const long Minute = 60_000;

    private static readonly ChartView Chart = new() { Name = "conversation-rate", Group = "Traffic", Title = "Messages a minute", Unit = "" };

    /// <summary>Messages a minute, by a sample of the newest.</summary>
    /// <param name="sample">What was looked at.</param>
    /// <param name="recent">Since when the sample counts.</param>
    /// <param name="now">The end of that time.</param>
    public static double AMinute(RateSample sample, TimeSpan recent, DateTimeOffset now)
    {
        if (sample.Recent < sample.Latest || sample.OldestAt is not { } oldest)
        {
            return sample.Recent / recent.TotalMinutes;
        }

        // All of them are recent, and there may be more before: how long they took tells.
        var took = now - DateTimeOffset.FromUnixTimeMilliseconds(oldest);
        return sample.Latest / Math.Max(took.TotalMinutes, 1.0 / 60);
    }

    /// <param name="times">When they were accepted, Unix milliseconds; the last ones that there are, in any order.</param>
    /// <param name="cut">There are more, older than these.</param>
    /// <param name="now">The hour ends with the last minute that is over.</param>
    public static ChartAnswer Of(IReadOnlyCollection<long> times, bool cut, DateTimeOffset now)
    {
        var first = (now.ToUnixTimeMilliseconds() / Minute) - Minutes;
        var counts = new double?[Minutes];
        Array.Fill(counts, 0);
        foreach (var at in times)
        {
            if ((at / Minute) - first is >= 0 and < Minutes and var minute)
            {
                counts[minute]++;
            }
        }

        // The minute of the oldest one that was counted has more of them, and those before it are unknown.
        var known = cut ? Math.Clamp((times.Min() / Minute) - first + 1, 0, Minutes) : 0;
        Array.Fill(counts, null, 0, (int)known);
        return new ChartAnswer { Chart = Chart, Range = "1h", From = DateTimeOffset.FromUnixTimeMilliseconds(first * Minute), StepSeconds = 60, Lines = [new("", counts)] };
    }
}
