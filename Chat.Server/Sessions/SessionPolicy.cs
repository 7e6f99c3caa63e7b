namespace Chat.Server.Sessions;

/// <summary>What is due for a connection's token.</summary>
internal enum SessionVerdict
{
    Wait,
    Tell,
    End,
}

/// <summary>When a token ends for its connection, when that is told, and what is due. Pure.</summary>
internal static class SessionPolicy
{
    /// <summary>A token is taken for some time after its end, for clocks differ; such a one lasts as long as it would be taken.</summary>
    public static DateTimeOffset EndOf(DateTimeOffset expires, DateTimeOffset now, TimeSpan tolerance) => expires > now ? expires : expires + tolerance;

    /// <summary>Early enough to get another one, and not in the first half of a short life.</summary>
    public static DateTimeOffset NoticeOf(DateTimeOffset end, DateTimeOffset now, TimeSpan notice)
    {
        var half = (end - now) / 2;
        return end - (half < notice ? half : notice);
    }

    public static SessionVerdict Judge(DateTimeOffset end, DateTimeOffset notice, bool told, DateTimeOffset now) =>
        now >= end ? SessionVerdict.End
        : now >= notice && !told ? SessionVerdict.Tell
        : SessionVerdict.Wait;
}
