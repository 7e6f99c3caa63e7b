namespace Chat.Server.Storage;

/// <summary>100, 200, 400 ms, each with up to half as much again.</summary>
internal static class RetryBackoff
{
    public const int Attempts = 3;

    /// <param name="attempt">0 for the first repeat.</param>
    /// <param name="jitter">0 ≤ jitter &lt; 1.</param>
    public static TimeSpan Delay(int attempt, double jitter) =>
        TimeSpan.FromMilliseconds((100 << Math.Min(attempt, Attempts - 1)) * (1 + (jitter / 2)));
}
