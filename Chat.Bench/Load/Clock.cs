using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Chat.Bench.Load;

/// <summary>The monotonic clock of all measurements.</summary>
internal static class Clock
{
    public static long TicksPerSecond => Stopwatch.Frequency;

    public static long Now => Stopwatch.GetTimestamp();

    public static long Microseconds(long from, long to) => (to - from) * 1_000_000 / Stopwatch.Frequency;

    public static double Seconds(long from, long to) => (double)(to - from) / Stopwatch.Frequency;

    /// <summary>
    /// Sleeps until a time stamp with the kernel's precision (about 0.06 ms); Thread.Sleep counts in milliseconds, and
    /// spinning would take a core from the server under test.
    /// </summary>
    public static void SleepUntil(long due)
    {
        var left = due - Now;
        if (left <= 0)
        {
            return;
        }

        var nanoseconds = left * (1_000_000_000 / Stopwatch.Frequency);
        if (OperatingSystem.IsLinux())
        {
            var request = new TimeSpec { Seconds = nanoseconds / 1_000_000_000, Nanoseconds = nanoseconds % 1_000_000_000 };
            _ = NanoSleep(ref request, IntPtr.Zero);
            return;
        }

        Thread.Sleep(TimeSpan.FromMicroseconds(Math.Max(1000, nanoseconds / 1000)));
    }

    [DllImport("libc", EntryPoint = "nanosleep")]
    private static extern int NanoSleep(ref TimeSpec request, IntPtr remaining);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
