using Chat.Server.Workers.Ports;

namespace Chat.Server.Workers.Supervision;

/// <summary>What follows a process's end.</summary>
internal abstract record RestartDecision
{
    /// <summary><c>Streak</c> counts the faults in a row, this one included.</summary>
    internal sealed record StartAgain(TimeSpan Delay, int Streak) : RestartDecision;

    internal sealed record StayDown : RestartDecision;

    internal sealed record GiveUp(string Why) : RestartDecision;
}

/// <summary>Of one process that ended. <c>Streak</c> is that before this end; <c>Served</c> how long it was ready.</summary>
internal sealed record EndedProcess(ExitReason Reason, int Code, bool Wanted, int Streak, TimeSpan Served);

/// <summary>
/// The first restart is immediate, for most crashes are single ones and every second counts; from then on the pause doubles, so that a
/// process that cannot live does not burn the machine. It is tried for ever: a node that gave up would stay dead until somebody looks.
/// Only a refused configuration is given up, since no repetition mends that.
/// </summary>
internal sealed class RestartPolicy(TimeSpan first, TimeSpan most, TimeSpan quietTime)
{
    public RestartDecision Decide(EndedProcess ended)
    {
        if (!ended.Wanted)
        {
            return new RestartDecision.StayDown();
        }

        if (ended.Reason is ExitReason.Requested)
        {
            return new RestartDecision.StartAgain(TimeSpan.Zero, ended.Streak);
        }

        if (ended is { Reason: ExitReason.RefusedToStart, Code: ExitCodes.Configuration })
        {
            return new RestartDecision.GiveUp("It refuses its configuration; correct that and start it again.");
        }

        var streak = ended.Served >= quietTime ? 0 : ended.Streak;
        return new RestartDecision.StartAgain(Delay(streak), streak + 1);
    }

    private TimeSpan Delay(int streak)
    {
        if (streak == 0)
        {
            return TimeSpan.Zero;
        }

        var delay = first.TotalSeconds * Math.Pow(2, Math.Min(streak - 1, 30));
        return TimeSpan.FromSeconds(Math.Min(delay, most.TotalSeconds));
    }
}
