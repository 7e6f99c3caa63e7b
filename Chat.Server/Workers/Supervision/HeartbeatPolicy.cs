namespace Chat.Server.Workers.Supervision;

internal enum HeartbeatVerdict
{
    Fine,

    /// <summary>Late; it may be a pause that passes.</summary>
    Unresponsive,

    Hung,
    NeverReady,
}

/// <summary>What a worker's silence means. <c>Silent</c> is counted from its first hello on; before that only the time to start is limited.</summary>
internal static class HeartbeatPolicy
{
    public static HeartbeatVerdict Decide(TimeSpan silent, bool ready, TimeSpan age, WorkersOptions options)
    {
        if (silent >= options.KillAfter)
        {
            return HeartbeatVerdict.Hung;
        }

        if (!ready && age >= options.StartTimeout)
        {
            return HeartbeatVerdict.NeverReady;
        }

        return silent >= options.UnresponsiveAfter ? HeartbeatVerdict.Unresponsive : HeartbeatVerdict.Fine;
    }
}
