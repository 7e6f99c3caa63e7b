namespace Chat.Client.Connecting;

/// <summary>The arithmetic of waiting, with the randomness passed in.</summary>
internal readonly record struct BackOff(TimeSpan Base, TimeSpan Cap)
{
    /// <summary>Full jitter: uniform between zero and the doubled bound, so that a crowd that was cut off together does not return together.</summary>
    public TimeSpan Next(int failures, double random)
    {
        // 2^30 times the base passes any cap; a larger exponent would only overflow.
        var bound = Base.TotalMilliseconds * Math.Pow(2, Math.Clamp(failures, 0, 30));

        // Whole milliseconds: timers know nothing finer.
        return TimeSpan.FromMilliseconds(Math.Floor(random * Math.Min(bound, Cap.TotalMilliseconds)));
    }

    /// <summary>Seconds as the wire gives them; nonsense and absurd lengths are cut.</summary>
    public static TimeSpan? Seconds(double? seconds)
        => seconds is { } s && double.IsFinite(s) && s >= 0 ? TimeSpan.FromSeconds(Math.Min(s, 3600)) : null;
}
