namespace Chat.Server.Storage;

/// <summary>
/// How long the breaker rests before it asks again. Storage may answer every question and take nothing (a full disk, a locked table): asked at once it
/// would be called back and lost again many times a second, and each time everybody is told. Pure.
/// </summary>
internal static class BreakerPause
{
    /// <summary>Lost again so soon, it was not really back.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    private const int Most = 3;

    /// <param name="before">Relapses in a row so far.</param>
    /// <param name="sinceBack">How long storage had been there; null: it was never lost before.</param>
    public static int Relapses(int before, TimeSpan? sinceBack) => sinceBack < Soon ? Math.Min(before + 1, Most) : 0;

    /// <summary>None at the first loss, then one, two and at most four intervals.</summary>
    public static TimeSpan Before(int relapses, TimeSpan probeInterval) => relapses == 0 ? TimeSpan.Zero : probeInterval * (1 << (relapses - 1));
}
